//! What the dialplan does, done from a script, and where the dialplan goes on after it.

use std::fmt;

use asterisk_proto::agi::Response;

use super::reply::{expect, failed, unknown};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `EXEC`: runs a dialplan application. Legal after a hangup, as far as the application is.
///
/// The output is what the application returned, 0 as a rule. What an application has to say, it says
/// in channel variables, as `Dial` in `DIALSTATUS`. One that does not exist is a
/// [`CommandError::AppFailure`] with the result `-2`, one that fails has `-1`.
#[derive(Debug, Clone)]
#[must_use]
pub struct Exec {
    application: String,
    arguments: String,
}

impl Exec {
    /// Runs this application with these arguments, written as in the dialplan: `"PJSIP/100,20"`.
    /// Variables in them are not replaced, unless the channel variable `AGIEXECFULL` is `yes`.
    pub fn new(application: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { application: application.into(), arguments: arguments.into() }
    }
}

impl Command for Exec {
    type Output = i64;

    fn line(&self) -> CommandLine {
        CommandLine::new("EXEC").arg(&self.application).arg(&self.arguments)
    }

    fn parse(&self, response: Response) -> Result<i64, CommandError> {
        match response.code() {
            Some(-2 | -1) => Err(failed(format!("EXEC {}", self.application), response)),
            Some(code) => Ok(code),
            None => Err(unknown("a number as the result", &response)),
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `GOSUB`: runs a subroutine of the dialplan, until its `Return`.
///
/// What it returned is in the channel variable `GOSUB_RETVAL`. A place that does not exist is a
/// [`CommandError::AppFailure`]. Needs the module `app_stack`.
#[derive(Debug, Clone)]
#[must_use]
pub struct Gosub {
    context: String,
    extension: String,
    priority: String,
    arguments: Option<String>,
}

impl Gosub {
    /// Runs the subroutine at this place; the priority is a number or a label.
    pub fn new(
        context: impl Into<String>,
        extension: impl Into<String>,
        priority: impl fmt::Display,
    ) -> Self {
        Self {
            context: context.into(),
            extension: extension.into(),
            priority: priority.to_string(),
            arguments: None,
        }
    }
}

super::macros::options! { Gosub {
    /// Its arguments, divided by commas as in the dialplan: they are `ARG1` and so on there.
    arguments(arguments: impl Into<String>): |this| this.arguments = Some(arguments.into());
} }

impl Command for Gosub {
    type Output = GosubEnd;

    fn line(&self) -> CommandLine {
        CommandLine::new("GOSUB")
            .arg(&self.context)
            .arg(&self.extension)
            .arg(&self.priority)
            .args(&self.arguments)
    }

    fn parse(&self, response: Response) -> Result<GosubEnd, CommandError> {
        match response.code() {
            Some(0) if is_abnormal(&response) => Ok(GosubEnd::Left),
            Some(0) => Ok(GosubEnd::Returned),
            Some(_) => {
                let Self { context, extension, priority, .. } = self;
                Err(failed(format!("GOSUB {context},{extension},{priority}"), response))
            }
            None => Err(unknown("a number as the result", &response)),
        }
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        // A hangup in the subroutine is no failure of GOSUB; -1 is, which is about the place.
        if is_abnormal(response) { HangupSign::Maybe } else { HangupSign::No }
    }

    fn is_long(&self) -> bool {
        true
    }
}

fn is_abnormal(response: &Response) -> bool {
    response.rest.contains("abnormal")
}

/// How a subroutine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GosubEnd {
    /// With `Return`.
    Returned,
    /// Without: it ran out of priorities, or left otherwise. If the call ended in it, that is a
    /// [`CommandError::Hangup`] instead.
    Left,
}

/// `SET CONTEXT`: the context in which the dialplan goes on after the script.
///
/// Not checked by the server: what does not exist shows only then.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetContext {
    context: String,
}

impl SetContext {
    /// Goes on in this context.
    pub fn new(context: impl Into<String>) -> Self {
        Self { context: context.into() }
    }
}

impl Command for SetContext {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET CONTEXT").arg(&self.context)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SET CONTEXT", response)
    }
}

/// `SET EXTENSION`: the extension at which the dialplan goes on after the script.
///
/// Not checked by the server: what does not exist shows only then.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetExtension {
    extension: String,
}

impl SetExtension {
    /// Goes on at this extension.
    pub fn new(extension: impl Into<String>) -> Self {
        Self { extension: extension.into() }
    }
}

impl Command for SetExtension {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET EXTENSION").arg(&self.extension)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SET EXTENSION", response)
    }
}

/// `SET PRIORITY`: the priority at which the dialplan goes on after the script.
///
/// A label is looked up at once, in the context and extension that were set before; one that is not
/// there is a [`CommandError::Usage`].
#[derive(Debug, Clone)]
#[must_use]
pub struct SetPriority {
    priority: String,
}

impl SetPriority {
    /// Goes on at this priority, a number or a label.
    pub fn new(priority: impl fmt::Display) -> Self {
        Self { priority: priority.to_string() }
    }
}

impl Command for SetPriority {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET PRIORITY").arg(&self.priority)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SET PRIORITY", response)
    }
}

/// `ASYNCAGI BREAK`: ends a session that is run over the manager interface, and lets the dialplan go
/// on. Legal after a hangup. Does nothing in other sessions, such as those of FastAGI.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use]
pub struct AsyncAgiBreak;

impl AsyncAgiBreak {
    /// Ends the session.
    pub fn new() -> Self {
        Self
    }
}

impl Command for AsyncAgiBreak {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("ASYNCAGI BREAK")
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "ASYNCAGI BREAK", response)
    }
}

impl Call {
    /// Runs a dialplan application with arguments as in the dialplan, and gives what it returned.
    ///
    /// An application that does not exist is a [`CommandError::AppFailure`] with result `-2`. Works
    /// after a hangup, as far as the application does.
    pub fn exec(
        &mut self,
        application: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Request<'_, Exec> {
        self.send(Exec::new(application, arguments))
    }

    /// Runs a subroutine of the dialplan, until its `Return`. The priority is a number or a label.
    pub fn gosub(
        &mut self,
        context: impl Into<String>,
        extension: impl Into<String>,
        priority: impl fmt::Display,
    ) -> Request<'_, Gosub> {
        self.send(Gosub::new(context, extension, priority))
    }

    /// Lets the dialplan go on in this context after the script.
    pub fn set_context(&mut self, context: impl Into<String>) -> Request<'_, SetContext> {
        self.send(SetContext::new(context))
    }

    /// Lets the dialplan go on at this extension after the script.
    pub fn set_extension(&mut self, extension: impl Into<String>) -> Request<'_, SetExtension> {
        self.send(SetExtension::new(extension))
    }

    /// Lets the dialplan go on at this priority after the script, a number or a label.
    pub fn set_priority(&mut self, priority: impl fmt::Display) -> Request<'_, SetPriority> {
        self.send(SetPriority::new(priority))
    }

    /// Ends a session that is run over the manager interface. Does nothing in others.
    pub fn async_agi_break(&mut self) -> Request<'_, AsyncAgiBreak> {
        self.send(AsyncAgiBreak::new())
    }
}
