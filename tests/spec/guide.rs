//! The pages for readers: every relative link leads somewhere, and every chapter of the guide is in its
//! table of contents and among those whose programs are compiled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it exists")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a page can be read")
}

/// All pages below a folder, sorted.
fn pages(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path);
        }
    }
    found
}

/// The lines of a page that are outside of its blocks of code, and the words that open those blocks.
fn split(page: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut text, mut opened, mut inside) = (Vec::new(), Vec::new(), false);
    for line in page.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(words) => {
                if !inside {
                    opened.push(words);
                }
                inside = !inside;
            }
            None if !inside => text.push(line),
            None => {}
        }
    }
    assert!(!inside, "a block of code is open at the end");
    (text, opened)
}

/// Where the links of a page lead.
fn links(page: &str) -> Vec<String> {
    let text = split(page).0.join("\n");
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(link, _)| link.to_owned()).collect()
}

/// What a link to a heading is called.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ if character.is_alphanumeric() => Some(character.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

fn anchors(page: &str) -> Vec<String> {
    let text = split(page).0;
    let headings = text.iter().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// What is wrong with the links of a page. Those of the guide must stay in it, for a book has nothing else.
fn broken(page: &Path, guide: &Path) -> Vec<String> {
    let text = read(page);
    let mut wrong = Vec::new();
    for link in links(&text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
        let target = if file.is_empty() {
            page.to_owned()
        } else {
            page.parent().expect("a page is in a folder").join(file)
        };
        let problem = match target.canonicalize() {
            Err(_) => "leads nowhere",
            Ok(target) if page.starts_with(guide) && !target.starts_with(guide) => {
                "leads out of the guide"
            }
            Ok(target)
                if !heading.is_empty() && !anchors(&read(&target)).contains(&heading.into()) =>
            {
                "leads to no heading"
            }
            Ok(_) => continue,
        };
        wrong.push(format!("{}: {link} {problem}", page.display()));
    }
    wrong
}

#[test]
fn links_lead_somewhere() {
    let (root, guide) = (root(), root().join("docs/guide/src"));
    let mut all = pages(&root.join("docs"));
    all.extend(
        ["README.md", "CHANGELOG.md", "tests/asterisk/README.md"].map(|page| root.join(page)),
    );
    let wrong: Vec<_> = all.iter().flat_map(|page| broken(page, &guide)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn chapters_are_listed_and_compiled() {
    let guide = root().join("docs/guide/src");
    let summary = guide.join("SUMMARY.md");
    let mut chapters = pages(&guide);
    chapters.remove(&summary);
    let listed = links(&read(&summary)).into_iter().map(|link| guide.join(link));
    assert_eq!(listed.collect::<BTreeSet<_>>(), chapters);

    let table = include_str!("../harness/guide.rs");
    let compiled = table.lines().filter_map(|line| line.split('"').nth(1));
    let compiled = compiled.map(|name| guide.join(name)).filter(|path| path.is_file());
    assert_eq!(compiled.collect::<BTreeSet<_>>(), chapters);
}

/// A block without a language is compiled as a program, and one that is ignored is not.
#[test]
fn blocks_of_code_say_what_they_are() {
    let known = ["rust", "rust,no_run", "ini", "sh", "text", "toml"];
    for page in pages(&root().join("docs/guide/src")) {
        let text = read(&page);
        for words in split(&text).1 {
            assert!(known.contains(&words), "{}: a block of {words:?}", page.display());
        }
    }
}
