//! What the dialplan does, done from a script.

use asterisk_proto::agi::Response;

use super::{Command, CommandLine, failed, unknown};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `EXEC`: runs a dialplan application. Legal after a hangup, as far as the application is.
///
/// The output is what the application returned, 0 as a rule. What an application has to say, it says
/// in channel variables, as `Dial` in `DIALSTATUS`.
#[derive(Debug, Clone)]
#[must_use]
pub struct Exec {
    application: String,
    arguments: String,
}

impl Exec {
    /// Runs this application with these arguments, written as in the dialplan: `"PJSIP/100,20"`.
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

impl Call {
    /// Runs a dialplan application with arguments as in the dialplan, and gives what it returned.
    ///
    /// An application that does not exist is a [`CommandError::AppFailure`] with result `-2`.
    pub fn exec(
        &mut self,
        application: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Request<'_, Exec> {
        self.send(Exec::new(application, arguments))
    }
}
