//! Configuration files: reading and changing them.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::{response, value};
use super::{Action, Headers, NamedAction, Reply};
use crate::error::ActionError;

ami_action!(
    /// Makes an empty configuration file (privilege `config`).
    ///
    /// It is refused if the file exists (`File exists`).
    #[action("CreateConfig")]
    pub struct CreateConfig {
        #[required("Filename")]
        /// The file's name, within the configuration folder.
        filename: String,
    },
    Response,
    response
);

ami_action!(
    /// Reads a configuration file as the server understands it: includes and templates are worked in,
    /// comments are gone (privilege `system` or `config`).
    ///
    /// Categories that are templates are left out, unless the filter says `TEMPLATES=include`. A file
    /// that does not exist is refused, a category that does not exist gives none.
    #[action("GetConfig")]
    pub struct GetConfig {
        #[required("Filename")]
        /// The file's name, such as `pjsip.conf`.
        filename: String,
        #[optional("Category")]
        /// Only categories of this name.
        category: String,
        #[optional("Filter")]
        /// Only categories that have these lines: `name=regex`, several with commas between.
        /// `TEMPLATES=include` adds templates, `TEMPLATES=restrict` gives nothing but templates.
        filter: String,
    },
    Config,
    |reply| Ok(Config::read(&reply))
);

ami_action!(
    /// Reads a configuration file as [`GetConfig`] does, as one JSON text (privilege `system` or
    /// `config`).
    ///
    /// The text is an object of objects. It repeats keys where the file repeats them, so most readers
    /// of JSON lose a part; templates show as `"istemplate":1` and `"templates":"a,b"` among the keys.
    #[doc(alias = "GetConfigJSON")]
    #[action("GetConfigJSON")]
    pub struct GetConfigJson {
        #[required("Filename")]
        /// The file's name.
        filename: String,
        #[optional("Category")]
        /// Only categories of this name.
        category: String,
        #[optional("Filter")]
        /// Only categories that have these lines; see [`GetConfig::filter`].
        filter: String,
    },
    String,
    |reply| value(&reply, "JSON")
);

ami_action!(
    /// Asks for the names of a file's categories (privilege `config`), in the file's order,
    /// duplicates among them and templates not.
    #[action("ListCategories")]
    pub struct ListCategories {
        #[required("Filename")]
        /// The file's name.
        filename: String,
    },
    Vec<String>,
    |reply| {
        let headers = reply.response.message().headers();
        let categories = headers.filter(|header| part(header.name, "Category").is_some());
        Ok(categories.map(|header| header.value_lossy().into_owned()).collect())
    }
);

/// A configuration file; the answer to [`GetConfig`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The categories in the file's order.
    pub categories: Vec<ConfigCategory>,
}

/// A category of a configuration file: `[name](parents)` and its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigCategory {
    /// The name; several categories may have the same.
    pub name: String,
    /// Whether it is a template for others.
    pub template: bool,
    /// The templates that it takes lines from.
    pub parents: Vec<String>,
    /// The lines in order, those of templates first.
    pub lines: Vec<ConfigLine>,
}

/// A line of a configuration file: `key = value` or `key => value`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigLine {
    /// What stands before the first `=`; several lines may have the same.
    pub key: String,
    /// What stands after it.
    pub value: String,
}

impl Config {
    /// The first category of this name, without regard to case.
    #[must_use]
    pub fn category(&self, name: &str) -> Option<&ConfigCategory> {
        self.categories.iter().find(|category| category.name.eq_ignore_ascii_case(name))
    }

    /// Reads `Category-000000`, `IsTemplate-000000`, `Templates-000000` and `Line-000000-000000`,
    /// which come in the file's order.
    fn read(reply: &Reply) -> Self {
        let mut categories: Vec<ConfigCategory> = Vec::new();
        for header in reply.response.message().headers() {
            let (name, value) = (header.name, header.value_lossy());
            if part(name, "Category").is_some() {
                categories.push(ConfigCategory { name: value.into(), ..Default::default() });
                continue;
            }
            let Some(category) = categories.last_mut() else { continue };
            if part(name, "Line").is_some() {
                let (key, value) = value.split_once('=').unwrap_or((&value, ""));
                category.lines.push(ConfigLine { key: key.to_owned(), value: value.to_owned() });
            } else if part(name, "IsTemplate").is_some() {
                category.template = value == "1";
            } else if part(name, "Templates").is_some() {
                let parents = value.split(',').filter(|parent| !parent.is_empty());
                category.parents.extend(parents.map(str::to_owned));
            }
        }
        Self { categories }
    }
}

impl ConfigCategory {
    /// The value of the first line with this key, without regard to case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next()
    }

    /// The values of all lines with this key, without regard to case, in order.
    pub fn all<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.lines.iter().filter(move |line| line.key.eq_ignore_ascii_case(key));
        lines.map(|line| line.value.as_str())
    }
}

/// The number behind the word of a numbered header.
fn part<'a>(header: &'a [u8], word: &str) -> Option<&'a [u8]> {
    let (head, rest) = header.split_at_checked(word.len())?;
    let rest = rest.strip_prefix(b"-")?;
    head.eq_ignore_ascii_case(word.as_bytes()).then_some(rest)
}

/// Changes a configuration file: reads one, applies edits in order, and writes the result (privilege
/// `config`).
///
/// Both files have to exist; make a new one with [`CreateConfig`]. The first edit that the server
/// refuses ends it, and nothing is written. Success comes without words.
///
/// An action has room for about thirty edits, as Asterisk takes 128 lines.
///
/// ```
/// use asterisk_sdk_ami::action::{ConfigEdit, UpdateConfig};
///
/// let update = UpdateConfig::new("pjsip.conf")
///     .edit(ConfigEdit::new_category("200").inherits("phone"))
///     .edit(ConfigEdit::append("200", "aors", "200"))
///     .edit(ConfigEdit::update("100", "context", "closed").matching("open"))
///     .reload_module("res_pjsip.so");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct UpdateConfig {
    source: String,
    destination: Option<String>,
    reload: Option<String>,
    preserve: Option<bool>,
    edits: Vec<ConfigEdit>,
}

impl UpdateConfig {
    /// Changes this file (`SrcFilename`, `DstFilename`).
    pub fn new(filename: impl Into<String>) -> Self {
        Self {
            source: filename.into(),
            destination: None,
            reload: None,
            preserve: None,
            edits: Vec::new(),
        }
    }

    /// Writes the result to another file, and leaves the one that is read (`DstFilename`).
    pub fn write_to(mut self, filename: impl Into<String>) -> Self {
        self.destination = Some(filename.into());
        self
    }

    /// Adds an edit.
    pub fn edit(mut self, edit: ConfigEdit) -> Self {
        self.edits.push(edit);
        self
    }

    /// Lets all modules read their configuration afterwards (`Reload`).
    pub fn reload_all(mut self) -> Self {
        self.reload = Some("yes".to_owned());
        self
    }

    /// Lets a module read its configuration afterwards (`Reload`).
    ///
    /// The answer does not tell how that went, the event
    /// [`Reload`](asterisk_proto::ami::event::Reload) does.
    pub fn reload_module(mut self, module: impl Into<String>) -> Self {
        self.reload = Some(module.into());
        self
    }

    /// Whether categories keep lines of their own that repeat what a template says; they do if
    /// nothing is said (`PreserveEffectiveContext`).
    pub fn preserve_effective_context(mut self, preserve: bool) -> Self {
        self.preserve = Some(preserve);
        self
    }
}

impl NamedAction for UpdateConfig {
    const NAME: &'static str = "UpdateConfig";
    const PARAMETERS: &'static [&'static str] = &[
        "SrcFilename",
        "DstFilename",
        "Reload",
        "PreserveEffectiveContext",
        "Action-000000",
        "Cat-000000",
        "Var-000000",
        "Value-000000",
        "Match-000000",
        "Line-000000",
        "Options-000000",
    ];
}

impl Action for UpdateConfig {
    type Output = Response;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("SrcFilename", &self.source);
        headers.add("DstFilename", self.destination.as_ref().unwrap_or(&self.source));
        if let Some(reload) = &self.reload {
            headers.add("Reload", reload);
        }
        if let Some(preserve) = self.preserve {
            headers.add("PreserveEffectiveContext", super::value::yes_no(preserve));
        }
        for (number, edit) in self.edits.iter().enumerate() {
            edit.headers(number, headers);
        }
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

/// One change of a configuration file, for [`UpdateConfig`].
///
/// Names compare without regard to case. Of several categories with one name all are changed, unless
/// [`filter`](Self::filter) chooses; templates are only found with a filter.
#[derive(Debug, Clone)]
#[must_use = "an edit does nothing until it is added to an action"]
pub struct ConfigEdit {
    operation: &'static str,
    category: String,
    variable: Option<String>,
    value: Option<String>,
    matching: Option<String>,
    line: Option<u32>,
    arrow: bool,
    template: bool,
    duplicate: bool,
    parents: Vec<String>,
    filter: Option<String>,
}

impl ConfigEdit {
    fn of(operation: &'static str, category: impl Into<String>) -> Self {
        Self {
            operation,
            category: category.into(),
            variable: None,
            value: None,
            matching: None,
            line: None,
            arrow: false,
            template: false,
            duplicate: false,
            parents: Vec::new(),
            filter: None,
        }
    }

    /// Adds a category at the end of the file. One that exists is refused
    /// (`Create category did not complete successfully`).
    pub fn new_category(category: impl Into<String>) -> Self {
        Self::of("NewCat", category)
    }

    /// Gives a category another name.
    pub fn rename_category(category: impl Into<String>, name: impl Into<String>) -> Self {
        Self { value: Some(name.into()), ..Self::of("RenameCat", category) }
    }

    /// Removes a category.
    pub fn delete_category(category: impl Into<String>) -> Self {
        Self::of("DelCat", category)
    }

    /// Removes all lines of a category.
    pub fn empty_category(category: impl Into<String>) -> Self {
        Self::of("EmptyCat", category)
    }

    /// Gives the first line with this key another value; see [`matching`](Self::matching). Without
    /// such a line it is refused.
    pub fn update(
        category: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (variable, value) = (Some(key.into()), Some(value.into()));
        Self { variable, value, ..Self::of("Update", category) }
    }

    /// Removes the lines with this key; see [`matching`](Self::matching). Without such a line it is
    /// refused.
    pub fn delete(category: impl Into<String>, key: impl Into<String>) -> Self {
        Self { variable: Some(key.into()), ..Self::of("Delete", category) }
    }

    /// Removes a line by its number in the category, from 0.
    pub fn delete_line(category: impl Into<String>, line: u32) -> Self {
        Self { line: Some(line), ..Self::of("Delete", category) }
    }

    /// Adds a line at the end of a category.
    pub fn append(
        category: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (variable, value) = (Some(key.into()), Some(value.into()));
        Self { variable, value, ..Self::of("Append", category) }
    }

    /// Adds a line in front of another, by that one's number in the category, from 0.
    ///
    /// Asterisk 16 and 22 crash when the category, or another one of its name, is empty and `line` is
    /// not 0. A line behind the last is fine otherwise, and the new one comes last.
    pub fn insert(
        category: impl Into<String>,
        line: u32,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let (variable, value) = (Some(key.into()), Some(value.into()));
        Self { variable, value, line: Some(line), ..Self::of("Insert", category) }
    }

    /// Of an update or delete: only lines with this value.
    pub fn matching(mut self, value: impl Into<String>) -> Self {
        self.matching = Some(value.into());
        self
    }

    /// Of an update, append or insert: writes `key => value` instead of `key = value`, which means
    /// the same to the server.
    pub fn arrow(mut self) -> Self {
        self.arrow = true;
        self
    }

    /// Of a new category: puts it in front of this one.
    pub fn before(mut self, category: impl Into<String>) -> Self {
        self.matching = Some(category.into());
        self
    }

    /// Of a new category: makes it a template.
    pub fn template(mut self) -> Self {
        self.template = true;
        self
    }

    /// Of a new category: takes the lines of this template. May be said several times.
    pub fn inherits(mut self, template: impl Into<String>) -> Self {
        self.parents.push(template.into());
        self
    }

    /// Of a new category: there may be others of the same name.
    pub fn allow_duplicates(mut self) -> Self {
        self.duplicate = true;
        self
    }

    /// Only a category that has these lines: `name=regex`, several with commas between.
    /// `TEMPLATES=include` finds templates too.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    fn headers(&self, number: usize, headers: &mut Headers) {
        let mut add = |name: &str, value: &str| headers.add(&format!("{name}-{number:06}"), value);
        add("Action", self.operation);
        add("Cat", &self.category);
        if let Some(variable) = &self.variable {
            add("Var", variable);
        }
        if let Some(value) = &self.value {
            if self.arrow { add("Value", &format!(">{value}")) } else { add("Value", value) }
        }
        if let Some(matching) = &self.matching {
            add("Match", matching);
        }
        if let Some(line) = self.line {
            add("Line", &line.to_string());
        }
        let options = self.options();
        if !options.is_empty() {
            add("Options", &options);
        }
    }

    fn options(&self) -> String {
        let mut options = Vec::new();
        if self.duplicate {
            options.push("allowdups".to_owned());
        }
        if self.template {
            options.push("template".to_owned());
        }
        if !self.parents.is_empty() {
            options.push(format!("inherit=\"{}\"", self.parents.join(",")));
        }
        if let Some(filter) = &self.filter {
            options.push(format!("catfilter=\"{filter}\""));
        }
        options.join(",")
    }
}

#[cfg(test)]
mod tests {
    use asterisk_proto::ami::Message;

    use super::*;

    fn lines(edit: ConfigEdit) -> String {
        let update = UpdateConfig::new("a.conf").edit(ConfigEdit::empty_category("x")).edit(edit);
        let text = super::super::encode(&update, &"7".into()).unwrap();
        let (_, edit) = text.split_once("Cat-000000: x\r\n").unwrap();
        edit.strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn edits_are_numbered_headers() {
        assert_eq!(
            lines(ConfigEdit::insert("c", 2, "k", "v").arrow()),
            "Action-000001: Insert\r\nCat-000001: c\r\nVar-000001: k\r\nValue-000001: >v\r\n\
             Line-000001: 2\r\n"
        );
        assert_eq!(
            lines(ConfigEdit::delete("c", "k").matching("v").filter("TEMPLATES=include")),
            "Action-000001: Delete\r\nCat-000001: c\r\nVar-000001: k\r\nMatch-000001: v\r\n\
             Options-000001: catfilter=\"TEMPLATES=include\"\r\n"
        );
        let category = ConfigEdit::new_category("c").before("d").inherits("a").inherits("b");
        assert_eq!(
            lines(category.allow_duplicates().template()),
            "Action-000001: NewCat\r\nCat-000001: c\r\nMatch-000001: d\r\n\
             Options-000001: allowdups,template,inherit=\"a,b\"\r\n"
        );
    }

    #[test]
    fn files_are_read_in_order() {
        let text = "Response: Success\r\nActionID: 7\r\nCategory-000000: tmpl\r\n\
                    IsTemplate-000000: 1\r\nCategory-000001: a\r\nTemplates-000001: tmpl,b\r\n\
                    Line-000001-000000: k=x=y\r\nLine-000001-000001: K=\r\n\
                    Category-000002: a\r\n";
        let response = Response::new(Message::parse(text.into()).unwrap()).unwrap();
        let config = Config::read(&Reply::new(response, Vec::new(), None));
        let names: Vec<_> = config.categories.iter().map(|c| (&*c.name, c.template)).collect();
        assert_eq!(names, [("tmpl", true), ("a", false), ("a", false)]);
        let first = config.category("A").unwrap();
        assert_eq!(first.parents, ["tmpl", "b"]);
        assert_eq!(first.get("k"), Some("x=y"));
        assert_eq!(first.all("k").collect::<Vec<_>>(), ["x=y", ""]);
        assert_eq!(first.get("no"), None);
    }
}
