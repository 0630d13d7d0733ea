//! What a FastAGI URL asks for: a path and keyword arguments.

use percent_encoding::percent_decode_str;

/// A FastAGI URL's path and query, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) path: String,
    pub(crate) kwargs: Vec<(String, String)>,
}

impl Script {
    /// Divides `path?name=value&…`. Asterisk passes it on as it stands in the dialplan.
    pub(crate) fn parse(script: &str) -> Self {
        let Some((path, query)) = script.split_once('?') else {
            return Self { path: decode(script), kwargs: Vec::new() };
        };
        let kwargs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
            })
            .collect();
        Self { path: decode(path), kwargs }
    }

    pub(crate) fn kwargs<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.kwargs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> String {
    // As a rule there is nothing to decode, and nothing to check again.
    if !text.contains('%') {
        return text.to_owned();
    }
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_script_is_divided_and_decoded() {
        let script = Script::parse("forms/1%20a?lang=en&tag=a&tag=b%20c+d");
        assert_eq!(script.path, "forms/1 a");
        assert_eq!(script.kwargs("lang").collect::<Vec<_>>(), ["en"]);
        assert_eq!(script.kwargs("tag").collect::<Vec<_>>(), ["a", "b c d"]);
        assert_eq!(script.kwargs("none").count(), 0);
    }

    #[test]
    fn odd_scripts() {
        assert_eq!(Script::parse(""), Script::default());
        assert_eq!(Script::parse("a+b").path, "a+b");
        assert_eq!(Script::parse("%zz%e9").path, "%zz\u{fffd}");
        let script = Script::parse("p?&a&b=&=c&d=1=2%26?&%61=x");
        let pairs: Vec<_> = script.kwargs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("a", ""), ("b", ""), ("", "c"), ("d", "1=2&?"), ("a", "x")]);
    }
}
