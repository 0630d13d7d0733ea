//! Where the real Asterisk is, from the environment that `tests/asterisk/server start` reports.

use std::env;
use std::path::Path;
use std::process::Command;

/// A running Asterisk and its users. Any server will do whose dialplan and users are those of
/// `tests/asterisk/etc`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Server {
    /// `ASTERISK_VERSION`, such as `22.10.1`.
    pub version: String,
    /// `ASTERISK_AMI`: host and port of the manager interface.
    pub ami: String,
    /// `ASTERISK_AMI_TLS`: host and port of the manager interface over TLS.
    pub ami_tls: String,
    /// `ASTERISK_CA`: the file of the authority that has signed the server's certificate.
    pub ca: String,
    /// A manager user who may do everything.
    pub ami_admin: (String, String),
    /// A manager user with few rights: no `Command`, and only events of class `call` and `user`.
    pub ami_limited: (String, String),
    /// A manager user without rights.
    pub ami_nobody: (String, String),
    /// `ASTERISK_HTTP`: the base URL of the HTTP server.
    pub http: String,
    /// `ASTERISK_HTTPS`: the same over TLS.
    pub https: String,
    /// `ASTERISK_SIP`: host and port of SIP over UDP.
    pub sip: String,
    /// The ARI user.
    pub ari_user: String,
    /// The ARI user's password.
    pub ari_password: String,
    /// An ARI user who may only read.
    pub ari_readonly_user: String,
    /// That user's password.
    pub ari_readonly_password: String,
    directory: String,
    cli: String,
}

impl Server {
    /// What the server's own command line prints.
    ///
    /// # Panics
    ///
    /// When the command line cannot be run.
    #[must_use]
    pub fn cli(&self, command: &str) -> String {
        let output = Command::new(&self.cli).arg(command).output();
        let output = output.expect("ASTERISK_CLI names a program");
        assert!(output.status.success(), "{command}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The server's folder (`ASTERISK_DIR`).
    ///
    /// # Panics
    ///
    /// When it is not known.
    #[must_use]
    pub fn folder(&self) -> &Path {
        assert!(!self.directory.is_empty(), "ASTERISK_DIR names the server's folder");
        Path::new(&self.directory)
    }

    /// This text without what belongs to this server alone: its folder and its passwords.
    #[must_use]
    pub fn anonymous(&self, text: &str) -> String {
        let folder = self.directory.rsplit('/').next().unwrap_or_default();
        let secrets = [
            &self.ami_admin.1,
            &self.ami_limited.1,
            &self.ami_nobody.1,
            &self.ari_password,
            &self.ari_readonly_password,
        ];
        let text = text.replace(folder, "server");
        secrets.iter().fold(text, |text, secret| text.replace(secret.as_str(), "secret"))
    }

    /// The major version: 22 or 16.
    ///
    /// # Panics
    ///
    /// When `ASTERISK_VERSION` is no version.
    #[must_use]
    pub fn major(&self) -> u32 {
        let major = self.version.split('.').next().unwrap_or_default();
        major.parse().expect("a version begins with a number")
    }
}

/// The server to test against; nothing, after saying so, when there is none.
///
/// # Panics
///
/// When there is none and `CI` is `true`: there, nothing is skipped.
#[must_use]
pub fn server() -> Option<Server> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("ASTERISK_AMI").is_empty() {
        assert_ne!(variable("CI"), "true", "no Asterisk to test against: ASTERISK_AMI is not set");
        println!("skipped: no Asterisk to test against (ASTERISK_AMI is not set, see tests/run)");
        return None;
    }
    Some(Server::read(&variable))
}

impl Server {
    /// Reads what the script reports.
    fn read(variable: &dyn Fn(&str) -> String) -> Self {
        let user = |name: &str| {
            let of = |what: &str| variable(&format!("ASTERISK_AMI_{name}{what}"));
            (of("USER"), of("SECRET"))
        };
        Self {
            version: variable("ASTERISK_VERSION"),
            ami: variable("ASTERISK_AMI"),
            ami_tls: variable("ASTERISK_AMI_TLS"),
            ca: variable("ASTERISK_CA"),
            ami_admin: user(""),
            ami_limited: user("LIMITED_"),
            ami_nobody: user("NOBODY_"),
            http: variable("ASTERISK_HTTP"),
            https: variable("ASTERISK_HTTPS"),
            sip: variable("ASTERISK_SIP"),
            ari_user: variable("ASTERISK_ARI_USER"),
            ari_password: variable("ASTERISK_ARI_PASSWORD"),
            ari_readonly_user: variable("ASTERISK_ARI_READONLY_USER"),
            ari_readonly_password: variable("ASTERISK_ARI_READONLY_PASSWORD"),
            directory: variable("ASTERISK_DIR"),
            cli: variable("ASTERISK_CLI"),
        }
    }
}

/// A server of one test's own, which it may kill. It is stopped when this is dropped.
#[derive(Debug)]
pub struct OwnServer(Server);

impl OwnServer {
    /// Starts one of the same version as `server`, by the script of `tests/asterisk`.
    ///
    /// # Panics
    ///
    /// When the script cannot (it needs root).
    #[must_use]
    pub fn start(server: &Server) -> Self {
        let report = script(&["start", &server.major().to_string()]);
        let variable = |name: &str| {
            let value = report.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default().to_owned()
        };
        Self(Server::read(&variable))
    }

    /// Kills the server as a crash would, and starts it again on the same ports.
    ///
    /// # Panics
    ///
    /// When it does not start again.
    pub fn restart(&self) {
        script(&["restart", &self.0.directory]);
    }
}

impl OwnServer {
    /// Adds to a file of the server's configuration and reloads a module.
    ///
    /// # Panics
    ///
    /// When the file cannot be written, or the module is not reloaded.
    pub fn configure(&self, file: &str, text: &str, module: &str) {
        use std::io::Write;

        let path = self.0.folder().join("etc").join(file);
        let opened = std::fs::OpenOptions::new().append(true).open(path);
        opened.and_then(|mut file| file.write_all(text.as_bytes())).expect("it is ours");
        let said = self.0.cli(&format!("module reload {module}"));
        assert!(said.contains("reloaded successfully"), "{said}");
    }
}

impl std::ops::Deref for OwnServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        script(&["stop", &self.0.directory]);
    }
}

fn script(arguments: &[&str]) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/asterisk/server");
    let output = Command::new(path).args(arguments).output().expect("the script runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "server {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
