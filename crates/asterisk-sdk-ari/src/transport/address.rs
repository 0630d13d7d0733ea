//! Where ARI is.

use http::Uri;
use http::uri::{Authority, PathAndQuery};

use crate::error::{ConnectError, RestError};

/// The address up to and including `/ari`.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    secure: bool,
    authority: Authority,
    path: String,
}

impl Base {
    /// Reads `http://host:port[/prefix][/ari]`, or the same with `https`. Errors do not quote it: it
    /// may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        let invalid = ConnectError::InvalidSettings;
        let (secure, url) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some(_) => {
                return Err(invalid("the address must begin with http:// or https://"));
            }
            None => (false, url),
        };
        if secure && !cfg!(feature = "tls") {
            return Err(invalid("https:// needs the crate's feature \"tls\""));
        }
        if url.contains(['?', '#']) {
            return Err(invalid("the address has a query; apps and users are set by methods"));
        }
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        if authority.contains('@') {
            return Err(invalid("the address has a user; set it by login()"));
        }
        let authority: Authority =
            authority.parse().map_err(|_| invalid("the address has no valid host and port"))?;
        let path = path.trim_end_matches('/');
        let path = format!("{}/ari", path.strip_suffix("/ari").unwrap_or(path));
        path.parse::<PathAndQuery>().map_err(|_| invalid("the address has an invalid path"))?;
        Ok(Self { secure, authority, path })
    }

    /// Whether it is spoken to over TLS.
    #[cfg(any(feature = "tls", test))]
    pub(crate) fn secure(&self) -> bool {
        self.secure
    }

    /// Host and port as they were given.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The host; an IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        let host = self.authority.host();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, by default that of the scheme.
    pub(crate) fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.secure { 443 } else { 80 })
    }

    /// What stands in the request line for a path and query below `/ari`.
    pub(crate) fn uri(&self, path: &str, query: &str) -> Result<Uri, RestError> {
        let length = self.path.len() + path.len() + query.len() + 1;
        let mut target = String::with_capacity(length);
        target.push_str(&self.path);
        target.push_str(path);
        if !query.is_empty() {
            target.push('?');
            target.push_str(query);
        }
        match PathAndQuery::from_maybe_shared(bytes::Bytes::from(target)) {
            Ok(target) => Ok(target.into()),
            Err(error) => Err(RestError::InvalidRequest(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, u16, String) {
        let base = Base::parse(url).unwrap();
        let uri = base.uri("/channels", "a=b").unwrap();
        (base.host().to_owned(), base.port(), uri.to_string())
    }

    #[test]
    fn addresses() {
        let expected = |host: &str, port, prefix: &str| {
            (host.to_owned(), port, format!("{prefix}/ari/channels?a=b"))
        };
        assert_eq!(parts("http://pbx:8088"), expected("pbx", 8088, ""));
        assert_eq!(parts("HTTP://pbx:8088/"), expected("pbx", 8088, ""));
        assert_eq!(parts("pbx:8088"), expected("pbx", 8088, ""));
        assert_eq!(parts("pbx"), expected("pbx", 80, ""));
        assert_eq!(parts("http://[::1]:8088/asterisk"), expected("::1", 8088, "/asterisk"));
        assert_eq!(parts("http://pbx:8088/x/ari/"), expected("pbx", 8088, "/x"));
    }

    #[test]
    fn https() {
        let base = Base::parse("https://pbx");
        if cfg!(feature = "tls") {
            let base = base.unwrap();
            assert_eq!((base.secure(), base.port()), (true, 443));
            assert!(!Base::parse("pbx:8089").unwrap().secure());
        } else {
            assert!(matches!(base, Err(ConnectError::InvalidSettings(_))));
        }
    }

    #[test]
    fn a_query_is_only_there_when_it_is_not_empty() {
        let base = Base::parse("pbx").unwrap();
        assert_eq!(base.uri("/channels", "").unwrap(), "/ari/channels");
        assert!(base.uri("/a b", "").is_err());
    }

    #[test]
    fn addresses_that_cannot_be_used_are_not_quoted() {
        for url in [
            "",
            "http://",
            "ws://pbx",
            "http://a:s3cret@pbx",
            "http://p?api_key=a:s3cret",
            "http://p b/",
            "http://p/a b",
        ] {
            let error = Base::parse(url).unwrap_err();
            assert!(matches!(error, ConnectError::InvalidSettings(_)), "{url}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{url}");
        }
    }
}
