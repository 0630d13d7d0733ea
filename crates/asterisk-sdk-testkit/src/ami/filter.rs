//! Which events a session does not want.

use regex::Regex;

#[derive(Debug, Default)]
pub(super) struct Filters {
    include: Vec<Regex>,
    exclude: Vec<Regex>,
}

impl Filters {
    /// Adds one; the error is what the server says.
    pub(super) fn add(&mut self, text: &str) -> Result<(), &'static str> {
        if text.is_empty() || text == "!" {
            return Err("Filter was formatted incorrectly.  Check the syntax of the filter given.");
        }
        let (text, filters) = match text.strip_prefix('!') {
            Some(text) => (text, &mut self.exclude),
            None => (text, &mut self.include),
        };
        let regex = Regex::new(text)
            .map_err(|_| "Filter did not compile.  Check the syntax of the filter given.")?;
        filters.push(regex);
        Ok(())
    }

    pub(super) fn pass(&self, event: &str) -> bool {
        let included =
            self.include.is_empty() || self.include.iter().any(|filter| filter.is_match(event));
        included && !self.exclude.iter().any(|filter| filter.is_match(event))
    }
}
