//! The login: what to say, given what the server said.

use asterisk_proto::Secret;
use asterisk_proto::ami::Response;
use md5::{Digest, Md5};

use crate::action::{self, Action, EventMask};
use crate::error::ConnectError;

/// How to log in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMethod {
    /// By the MD5 sum of the password and a challenge: the password does not go over the wire.
    #[default]
    Md5,
    /// By the password itself.
    Plain,
}

/// Who logs in.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) secret: Secret,
    pub(crate) method: LoginMethod,
    pub(crate) events: Option<EventMask>,
}

/// What to do next in a login.
#[derive(Debug)]
pub(crate) enum Step {
    Challenge(action::Challenge),
    Login(action::Login),
    Done,
}

impl Credentials {
    /// The first step.
    pub(crate) fn start(&self) -> Step {
        match self.method {
            LoginMethod::Md5 => Step::Challenge(action::Challenge::new("MD5")),
            LoginMethod::Plain => Step::Login(self.login().secret(self.secret.clone())),
        }
    }

    /// The step after the answer to `step`.
    pub(crate) fn next(&self, step: &Step, response: Response) -> Result<Step, ConnectError> {
        if response.is_error() {
            let message = response.text().unwrap_or_default().into_owned();
            return Err(ConnectError::Authentication { message });
        }
        let Step::Challenge(_) = step else {
            return Ok(Step::Done);
        };
        let reply = action::Reply::new(response, Vec::new(), None);
        let challenge = action::Challenge::output(reply)
            .map_err(|error| ConnectError::Authentication { message: error.to_string() })?;
        let key = md5_key(&challenge, self.secret.expose());
        Ok(Step::Login(self.login().auth_type("MD5").key(key)))
    }

    fn login(&self) -> action::Login {
        let login = action::Login::new(self.username.as_str());
        match &self.events {
            Some(mask) => login.events(mask.clone()),
            None => login,
        }
    }
}

/// The answer to a challenge: lower case, because the server compares text.
fn md5_key(challenge: &str, secret: &str) -> String {
    let mut md5 = Md5::new();
    md5.update(challenge);
    md5.update(secret);
    format!("{:032x}", u128::from_be_bytes(md5.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use asterisk_proto::ami::Message;

    fn response(text: &'static str) -> Response {
        Response::new(Message::parse(text.into()).unwrap()).unwrap()
    }

    fn credentials(method: LoginMethod) -> Credentials {
        let (username, secret) = ("admin".into(), "secret".into());
        Credentials { username, secret, method, events: None }
    }

    fn text(step: &Step) -> String {
        let id = "7".into();
        match step {
            Step::Challenge(action) => action::encode(action, &id).unwrap(),
            Step::Login(action) => action::encode(action, &id).unwrap(),
            Step::Done => "done".into(),
        }
    }

    #[test]
    fn md5() {
        let credentials = credentials(LoginMethod::Md5);
        let first = credentials.start();
        assert_eq!(text(&first), "Action: Challenge\r\nActionID: 7\r\nAuthType: MD5\r\n\r\n");
        let second =
            credentials.next(&first, response("Response: Success\r\nChallenge: 684142104\r\n"));
        let second = second.unwrap();
        // echo -n 684142104secret | md5sum
        assert_eq!(
            text(&second),
            "Action: Login\r\nActionID: 7\r\nUsername: admin\r\nAuthType: MD5\r\nKey: 51e8ad5a0fd955e936929b653ff81250\r\n\r\n"
        );
        let done = credentials.next(&second, response("Response: Success\r\n")).unwrap();
        assert!(matches!(done, Step::Done));
    }

    #[test]
    fn plain() {
        let step = credentials(LoginMethod::Plain).start();
        assert_eq!(
            text(&step),
            "Action: Login\r\nActionID: 7\r\nUsername: admin\r\nSecret: secret\r\n\r\n"
        );
    }

    #[test]
    fn refusals_keep_the_servers_words() {
        let credentials = credentials(LoginMethod::Plain);
        let refused = response("Response: Error\r\nMessage: Authentication failed\r\n");
        let error = credentials.next(&credentials.start(), refused).unwrap_err();
        assert_eq!(error.to_string(), "login refused: Authentication failed");
    }
}
