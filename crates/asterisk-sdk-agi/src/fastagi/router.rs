//! Which handler a path belongs to.

use std::sync::Arc;

use regex::{Regex, RegexSet};

use super::handler::BoxedHandler;
use crate::call::Captures;

/// Ordered routes and a fallback. Never changed: other routes are another router.
pub(super) struct Router {
    set: RegexSet,
    routes: Vec<(Arc<Regex>, BoxedHandler)>,
    fallback: Option<BoxedHandler>,
}

/// The handler of a call.
pub(super) struct Match<'a> {
    /// The route's expression; `None` for the fallback.
    pub(super) route: Option<&'a str>,
    pub(super) handler: &'a BoxedHandler,
    pub(super) captures: Option<Captures>,
}

impl Router {
    /// Compiles the routes.
    ///
    /// # Errors
    ///
    /// The first expression that is not valid, and why.
    pub(super) fn new(
        routes: Vec<(String, BoxedHandler)>,
        fallback: Option<BoxedHandler>,
    ) -> Result<Self, (String, regex::Error)> {
        let mut compiled = Vec::with_capacity(routes.len());
        for (pattern, handler) in routes {
            match Regex::new(&pattern) {
                Ok(route) => compiled.push((Arc::new(route), handler)),
                Err(error) => return Err((pattern, error)),
            }
        }
        // Each is valid, but together they may be larger than the engine's limit.
        let set = RegexSet::new(compiled.iter().map(|(route, _)| route.as_str()))
            .map_err(|error| (String::from("all routes together"), error))?;
        Ok(Self { set, routes: compiled, fallback })
    }

    /// The first route that matches, else the fallback.
    pub(super) fn find(&self, path: &str) -> Option<Match<'_>> {
        // One pass over the path for all routes, then a second one for the winner's groups.
        if let Some(first) = self.set.matches(path).iter().next() {
            let (route, handler) = &self.routes[first];
            let mut groups = route.capture_locations();
            route.captures_read(&mut groups, path)?;
            return Some(Match {
                route: Some(route.as_str()),
                handler,
                captures: Some(Captures { route: Arc::clone(route), groups }),
            });
        }
        let handler = self.fallback.as_ref()?;
        Some(Match { route: None, handler, captures: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Call;
    use crate::fastagi::handler::boxed;

    fn router(patterns: &[&str], fallback: bool) -> Router {
        let noop = || boxed(|_: Call| async {});
        let routes = patterns.iter().map(|pattern| ((*pattern).into(), noop())).collect();
        Router::new(routes, fallback.then(noop)).unwrap()
    }

    fn find<'a>(router: &'a Router, path: &str) -> &'a str {
        let found = router.find(path);
        found.map_or("none", |found| found.route.unwrap_or("fallback"))
    }

    #[test]
    fn the_first_route_that_matches_wins() {
        let router = router(&["^demo/7$", r"^demo/(\d+)$", "demo", "^$"], false);
        assert_eq!(find(&router, "demo/7"), "^demo/7$");
        assert_eq!(find(&router, "demo/8"), r"^demo/(\d+)$");
        assert_eq!(find(&router, "my/demo/x"), "demo");
        assert_eq!(find(&router, ""), "^$");
        assert_eq!(find(&router, "other"), "none");
    }

    #[test]
    fn the_fallback_takes_the_rest() {
        let routed = router(&["^a$"], true);
        assert_eq!(find(&routed, "a"), "^a$");
        assert_eq!(find(&routed, "b"), "fallback");
        assert_eq!(find(&router(&[], true), "b"), "fallback");
        assert_eq!(find(&router(&[], false), "b"), "none");
    }

    #[test]
    fn captures_are_the_winner_s() {
        let router = router(&[r"^(x)(?<n>\d+)", r"(?<n>\d+)-(?<m>\d+)?"], false);
        let groups = router.find("12-").unwrap().captures.unwrap().groups;
        assert_eq!(
            (groups.get(0), groups.get(1), groups.get(2)),
            (Some((0, 3)), Some((0, 2)), None)
        );
    }

    #[test]
    fn a_bad_expression_is_named() {
        let bad = vec![("^(".to_owned(), boxed(|_: Call| async {}))];
        assert_eq!(Router::new(bad, None).err().unwrap().0, "^(");
    }
}
