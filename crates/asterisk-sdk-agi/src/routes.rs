//! Which handler a path belongs to.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use regex::Regex;
use regex_automata::nfa::thompson::NFA;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, meta};

use crate::handler::{BoxedHandler, Handler};

/// Ordered routes and a fallback: a handle, whose clones all change the same.
///
/// A route is a regular expression over the path of the URL, percent-decoded and without its leading
/// `/`. It matches anywhere in the path unless it is anchored (`^…$`). Of several routes that match,
/// the one that was registered first wins.
///
/// Changes take effect for calls that begin afterwards; running calls keep their handlers.
#[derive(Clone)]
pub struct Routes(Arc<RwLock<Table>>);

type Route = (Arc<Regex>, BoxedHandler);

#[derive(Clone)]
struct Table {
    /// All routes as one.
    matcher: meta::Regex,
    routes: Vec<Route>,
    fallback: Option<BoxedHandler>,
}

/// The handler of a call.
pub(crate) struct Match {
    /// The route's expression; `None` for the fallback.
    pub(crate) route: Option<Arc<Regex>>,
    pub(crate) handler: BoxedHandler,
}

/// A route that cannot be registered.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the route {pattern:?} cannot be used")]
#[non_exhaustive]
pub struct RouteError {
    /// Its expression.
    pub pattern: String,
    /// What is wrong with it: it is not a valid expression, or too large, alone or together with the
    /// others.
    pub source: regex::Error,
}

impl Routes {
    /// Compiles the routes.
    pub(crate) fn new(
        routes: Vec<(String, BoxedHandler)>,
        fallback: Option<BoxedHandler>,
    ) -> Result<Self, RouteError> {
        let mut table = Table::new(Vec::new(), fallback)?;
        table.add(routes)?;
        Ok(Self(Arc::new(RwLock::new(table))))
    }

    /// Adds a route behind the others.
    ///
    /// # Errors
    ///
    /// The expression is not valid, or too large; the routes are then as they were.
    pub fn register<Args>(
        &self,
        pattern: impl Into<String>,
        handler: impl Handler<Args>,
    ) -> Result<(), RouteError> {
        let handler = BoxedHandler::new(handler);
        self.write().add(vec![(pattern.into(), handler)])
    }

    /// Removes the first route with this expression, and tells whether there was one.
    pub fn unregister(&self, pattern: impl AsRef<str>) -> bool {
        let (mut table, pattern) = (self.write(), pattern.as_ref());
        let Some(at) = table.routes.iter().position(|(route, _)| route.as_str() == pattern) else {
            return false;
        };
        table.routes.remove(at);
        // What is left of routes that could be compiled together can be as well.
        if let Ok(matcher) = compile(&table.routes) {
            table.matcher = matcher;
        }
        true
    }

    /// Sets the handler for calls that no route matches.
    pub fn set_fallback<Args>(&self, handler: impl Handler<Args>) {
        self.write().fallback = Some(BoxedHandler::new(handler));
    }

    /// Takes the fallback away, so that calls that no route matches fail.
    pub fn remove_fallback(&self) {
        self.write().fallback = None;
    }

    /// Removes all routes and the fallback.
    pub fn clear(&self) {
        let mut table = self.write();
        table.routes.clear();
        table.fallback = None;
    }

    /// The expression of the route that takes calls with this path; `None` if none does, so that the
    /// fallback takes them, if there is one.
    #[must_use]
    pub fn lookup(&self, path: &str) -> Option<String> {
        self.read().first(path).map(|(route, _)| route.as_str().to_owned())
    }

    /// The expressions of all routes, in order.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        self.read().routes.iter().map(|(route, _)| route.as_str().to_owned()).collect()
    }

    /// The first route that matches, else the fallback.
    pub(crate) fn find(&self, path: &str) -> Option<Match> {
        let table = self.read();
        let Some((route, handler)) = table.first(path) else {
            return Some(Match { route: None, handler: table.fallback.clone()? });
        };
        Some(Match { route: Some(Arc::clone(route)), handler: handler.clone() })
    }

    // Nothing that panics runs under this lock, and it is not held across an await point.
    fn read(&self) -> std::sync::RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn new(routes: Vec<Route>, fallback: Option<BoxedHandler>) -> Result<Self, RouteError> {
        Ok(Self { matcher: compile(&routes)?, routes, fallback })
    }

    /// The first route that matches: one pass over the path for all of them.
    fn first(&self, path: &str) -> Option<&Route> {
        let found = self.matcher.search_half(&Input::new(path).anchored(Anchored::Yes))?;
        self.routes.get(found.pattern().as_usize())
    }

    fn add(&mut self, routes: Vec<(String, BoxedHandler)>) -> Result<(), RouteError> {
        let mut all = self.routes.clone();
        for (pattern, handler) in routes {
            match Regex::new(&pattern) {
                Ok(route) => all.push((Arc::new(route), handler)),
                Err(source) => return Err(RouteError { pattern, source }),
            }
        }
        self.matcher = compile(&all)?;
        self.routes = all;
        Ok(())
    }
}

/// Compiles all routes to one expression, whose match tells which of them it is.
///
/// All its matches begin with the path, and of several that begin at one place the earliest alternative is
/// taken: so the first route that matches is, wherever it does. (A `RegexSet` would tell all that match, in a
/// list that has to be looked through.)
fn compile(routes: &[Route]) -> Result<meta::Regex, RouteError> {
    let together = |source| RouteError { pattern: "all routes together".to_owned(), source };
    let patterns = routes.iter().map(|(route, _)| from_start(route.as_str()));
    // Each is valid, but together they may be larger than the engine's limit.
    meta::Regex::new_many(&patterns.collect::<Vec<_>>()).map_err(|error| {
        together(match error.size_limit() {
            Some(limit) => regex::Error::CompiledTooBig(limit),
            None => regex::Error::Syntax(error.to_string()),
        })
    })
}

/// The expression with all that may stand before it in a path.
fn from_start(pattern: &str) -> Cow<'_, str> {
    if NFA::new(pattern).is_ok_and(|nfa| nfa.is_always_start_anchored()) {
        return pattern.into();
    }
    let before = format!("(?s:.)*?(?:{pattern})");
    if syntax::parse(&before).is_ok() {
        return before.into();
    }
    // It ends with a comment (`(?x)`).
    format!("(?s:.)*?(?:{pattern}\n)").into()
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.patterns()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Call;

    fn boxed() -> BoxedHandler {
        BoxedHandler::new(|_: Call| async {})
    }

    fn routes(patterns: &[&str], fallback: bool) -> Routes {
        let routes = patterns.iter().map(|pattern| ((*pattern).into(), boxed())).collect();
        Routes::new(routes, fallback.then(boxed)).unwrap()
    }

    fn find(routes: &Routes, path: &str) -> String {
        let found = routes.find(path);
        let name = |found: Match| {
            found.route.map_or_else(|| "fallback".to_owned(), |route| route.as_str().to_owned())
        };
        found.map_or_else(|| "none".to_owned(), name)
    }

    #[test]
    fn the_first_route_that_matches_wins() {
        let routes = routes(&["^demo/7$", r"^demo/(\d+)$", "demo", "^$"], false);
        for (path, route) in
            [("demo/7", "^demo/7$"), ("demo/8", r"^demo/(\d+)$"), ("my/demo/x", "demo"), ("", "^$")]
        {
            assert_eq!(find(&routes, path), route);
            assert_eq!(routes.lookup(path).as_deref(), Some(route));
        }
        assert_eq!(find(&routes, "other"), "none");
        assert_eq!(routes.lookup("other"), None);
    }

    #[test]
    fn the_fallback_takes_the_rest() {
        let routed = routes(&["^a$"], true);
        assert_eq!(find(&routed, "a"), "^a$");
        assert_eq!(find(&routed, "b"), "fallback");
        assert_eq!(find(&routes(&[], true), "b"), "fallback");
        assert_eq!(find(&routes(&[], false), "b"), "none");
    }

    #[test]
    fn routes_change_while_they_are_used() {
        let routes = routes(&["^a"], true);
        let clone = routes.clone();
        clone.register("^b", |_: Call| async {}).unwrap();
        clone.register("^ab", |_: Call| async {}).unwrap();
        assert_eq!(routes.patterns(), ["^a", "^b", "^ab"]);
        assert_eq!(find(&routes, "ab"), "^a");
        assert!(clone.unregister("^a"));
        assert!(!clone.unregister("^a"));
        assert_eq!((find(&routes, "ab"), find(&routes, "a")), ("^ab".into(), "fallback".into()));
        assert_eq!(routes.register("^(", |_: Call| async {}).unwrap_err().pattern, "^(");
        assert_eq!(routes.patterns(), ["^b", "^ab"]);
        routes.remove_fallback();
        assert_eq!(find(&clone, "a"), "none");
        routes.set_fallback(|_: Call| async {});
        assert_eq!(find(&clone, "a"), "fallback");
        routes.clear();
        assert_eq!((find(&clone, "ab"), find(&clone, "a")), ("none".into(), "none".into()));
        assert!(clone.patterns().is_empty());
    }

    #[test]
    fn one_pass_finds_what_each_expression_finds() {
        let patterns = [
            "^$",
            "^a$|^b",
            "^a|b$",
            "$",
            r"\Ax",
            "(?m)^c$",
            "(?i)D",
            "(?x) e # )",
            "(?x)^f#(",
            "é",
            r"\bg\b",
            "^(?:h|hh)+$",
            "(?s)i.j",
            "",
            "k",
        ];
        let paths = [
            "", "a", "aa", "b", "ab", "x", "1x", "\nc\n", "cc", "d", "1D2", "e", "9e9", "f", "1f",
            "éa", "1é", "g", "1 g", "1g", "hhh", "hhi", "i\nj", "1i j", "k", "\n", "ü",
        ];
        for from in 0..patterns.len() {
            let patterns = &patterns[from..];
            let routes = routes(patterns, false);
            for path in paths {
                let first =
                    patterns.iter().find(|pattern| Regex::new(pattern).unwrap().is_match(path));
                assert_eq!(
                    routes.lookup(path).as_deref(),
                    first.copied(),
                    "{path:?} in {patterns:?}"
                );
            }
        }
    }

    #[test]
    fn a_bad_expression_is_named() {
        let bad = vec![("^(".to_owned(), boxed())];
        assert_eq!(Routes::new(bad, None).unwrap_err().pattern, "^(");
    }
}
