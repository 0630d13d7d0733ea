//! Which events a session does not want.

use regex::Regex;

const BAD_FORM: &str = "Filter was formatted incorrectly.  Check the syntax of the filter given.";
const BAD_REGEX: &str = "Filter did not compile.  Check the syntax of the filter given.";

#[derive(Debug, Default)]
pub(super) struct Filters {
    include: Vec<Filter>,
    exclude: Vec<Filter>,
}

impl Filters {
    /// Adds one; the error is what the server says. Without criteria the text is a regular expression for the whole
    /// event.
    pub(super) fn add(&mut self, criteria: Option<&str>, text: &str) -> Result<(), &'static str> {
        let (exclude, text) = match text.strip_prefix('!') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let criteria = Criteria::read(criteria.unwrap_or("method(regex)")).ok_or(BAD_FORM)?;
        // Without a way to compare there is nothing to compare with, and the other way round.
        if text.is_empty() != (criteria.method == "none") {
            return Err(BAD_FORM);
        }
        let exclude = exclude || criteria.excludes;
        let filter = criteria.filter(text)?;
        if exclude { &mut self.exclude } else { &mut self.include }.push(filter);
        Ok(())
    }

    pub(super) fn pass(&self, event: &str) -> bool {
        let included =
            self.include.is_empty() || self.include.iter().any(|filter| filter.is_match(event));
        included && !self.exclude.iter().any(|filter| filter.is_match(event))
    }
}

/// `name(Hangup),header(Cause),method(exact),action(exclude)`
#[derive(Debug)]
struct Criteria<'a> {
    name: Option<&'a str>,
    header: Option<&'a str>,
    method: &'a str,
    excludes: bool,
}

impl<'a> Criteria<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut criteria = Self { name: None, header: None, method: "none", excludes: false };
        let parts = text.split([',', ')']).map(|part| part.trim_matches([' ', ',']));
        for part in parts.filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('(')?;
            if value.is_empty() || value.contains(' ') {
                return None;
            }
            match (key, value) {
                ("name", _) => criteria.name = Some(value),
                ("header", _) => criteria.header = Some(value),
                ("method", _) => criteria.method = value,
                ("action", "include") => criteria.excludes = false,
                ("action", "exclude") => criteria.excludes = true,
                _ => return None,
            }
        }
        Some(criteria)
    }

    fn filter(self, text: &str) -> Result<Filter, &'static str> {
        let text = text.to_owned();
        let method = match self.method {
            "none" => Method::None,
            "regex" => Method::Regex(Regex::new(&text).map_err(|_| BAD_REGEX)?),
            "exact" => Method::Exact(text),
            "starts_with" => Method::StartsWith(text),
            "ends_with" => Method::EndsWith(text),
            "contains" => Method::Contains(text),
            _ => return Err(BAD_FORM),
        };
        let own = |text: Option<&str>| text.map(str::to_owned);
        Ok(Filter { name: own(self.name), header: own(self.header), method })
    }
}

#[derive(Debug)]
struct Filter {
    name: Option<String>,
    header: Option<String>,
    method: Method,
}

#[derive(Debug)]
enum Method {
    None,
    Regex(Regex),
    Exact(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
}

impl Filter {
    fn is_match(&self, event: &str) -> bool {
        let headers = || event.lines().filter_map(|line| line.split_once(": "));
        let named = self.name.as_ref().is_none_or(|name| headers().next() == Some(("Event", name)));
        named
            && match &self.header {
                None => self.method.is_match(event),
                Some(header) => {
                    headers().any(|(name, value)| name == header && self.method.is_match(value))
                }
            }
    }
}

impl Method {
    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::None => true,
            Self::Regex(regex) => regex.is_match(text),
            Self::Exact(other) => text == other,
            Self::StartsWith(start) => text.starts_with(start),
            Self::EndsWith(end) => text.ends_with(end),
            Self::Contains(part) => text.contains(part),
        }
    }
}
