//! The project's own text, read for the house rules.
//!
//! Not a parser: Rust is split into code, comments and literals, and no further.

#![allow(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::Path;

/// One file of the project.
#[derive(Debug)]
pub struct Source {
    /// From the root of the repository, with `/` on every system.
    pub path: String,
    /// All of it.
    pub text: String,
    /// The text with every comment and literal blanked, line for line.
    pub code: String,
    /// Every string literal, prefix and quotes included, with its line (from 1).
    pub literals: Vec<(usize, String)>,
}

impl Source {
    /// Rust under a path that need not exist.
    pub fn rust(path: &str, text: &str) -> Self {
        let mut file = Self::plain(path, text);
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (kind, length) = piece(rest, first);
            let (taken, left) = rest.split_at(length);
            if kind == Kind::String {
                let line = line_at(text, text.len() - rest.len());
                file.literals.push((line, taken.to_owned()));
            }
            if kind == Kind::Code {
                file.code.push_str(taken);
            } else {
                file.code.extend(taken.chars().map(blank));
            }
            rest = left;
        }
        file
    }

    /// SQL under a path that need not exist: comments are blanked, all else counts as code.
    pub fn sql(path: &str, text: &str) -> Self {
        let mut file = Self::plain(path, text);
        for line in text.lines() {
            file.code
                .push_str(line.split("--").next().unwrap_or_default());
            file.code.push('\n');
        }
        file
    }

    fn plain(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: String::new(),
            literals: Vec::new(),
        }
    }

    /// [`Self::code`] without the items that stand under `#[cfg(test)]`.
    pub fn shipped_code(&self) -> String {
        let mut code = self.code.clone();
        while let Some(start) = code.find("#[cfg(test)]") {
            let end = end_of_item(&code, start);
            let blank: String = code[start..end].chars().map(blank).collect();
            code.replace_range(start..end, &blank);
        }
        code
    }

    /// Whether the file lies in or under `place`: a folder with its `/`, or a file.
    pub fn is_in(&self, place: &str) -> bool {
        self.path == place || place.ends_with('/') && self.path.starts_with(place)
    }
}

/// Every file under `folder` (from the root of the repository) whose name ends in `.{extension}`,
/// sorted by path. None where there is no such folder.
pub fn tree(folder: &str, extension: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).expect("the project's text is UTF-8");
                let name = path.strip_prefix(root).expect("found under the root");
                let name = name.to_string_lossy().replace('\\', "/");
                let read = if extension == "sql" {
                    Source::sql
                } else {
                    Source::rust
                };
                found.push(read(&name, &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The identifiers and keywords of `code`, each with its line (from 1).
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.lines().enumerate().flat_map(move |(line, text)| {
        text.split(move |c| !is_part(c))
            .filter(|word| !word.is_empty())
            .map(move |word| (line + 1, word))
    })
}

/// The line (from 1) on which the byte at `offset` stands.
pub fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}

fn blank(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

/// The end of the item whose first attribute begins at `start`: its closing brace, or its semicolon.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return start + offset + 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return start + offset + 1,
            _ => {}
        }
    }
    code.len()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    String,
    /// Comments and character literals: of no interest to any rule.
    Other,
}

/// What the text begins with, and how many bytes long that is.
fn piece(text: &str, first: char) -> (Kind, usize) {
    let up_to = |end: Option<usize>| end.unwrap_or(text.len());
    match first {
        '/' if text.starts_with("//") => (Kind::Other, up_to(text.find('\n'))),
        '/' if text.starts_with("/*") => (Kind::Other, block_comment(text)),
        '"' => (Kind::String, 1 + quoted(&text[1..], '"')),
        'r' => {
            let hashes = text[1..].chars().take_while(|&c| c == '#').count();
            if !text[1 + hashes..].starts_with('"') {
                return (Kind::Code, 1);
            }
            let closing = format!("\"{}", "#".repeat(hashes));
            let inside = 2 + hashes;
            let end = text[inside..]
                .find(&closing)
                .map(|at| inside + at + closing.len());
            (Kind::String, up_to(end))
        }
        // 'a' and '\n' are characters, 'a alone is a lifetime.
        '\'' if text.starts_with("'\\") => (Kind::Other, 1 + quoted(&text[1..], '\'')),
        '\'' if text.chars().nth(2) == Some('\'') => {
            (Kind::Other, text.chars().take(3).map(char::len_utf8).sum())
        }
        _ => (Kind::Code, first.len_utf8()),
    }
}

/// The length up to and with the closing `quote`, which a backslash may hide.
fn quoted(inside: &str, quote: char) -> usize {
    let mut hidden = false;
    for (offset, c) in inside.char_indices() {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            _ if c == quote => return offset + 1,
            _ => {}
        }
    }
    inside.len()
}

/// The length of a block comment, with those inside it.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_told_from_code() {
        let text = r##"let a = "SQL \" // no"; // "b"
/* x /* y */ "z" */ let c: &'static str = r#"raw " text"#; '"'; '\''; 'đ'; br"q\""##;
        let source = Source::rust("src/a.rs", text);
        let code: Vec<_> = source.code.split_whitespace().collect();
        let left = [
            "let", "a", "=", ";", "let", "c:", "&'static", "str", "=", ";", ";", ";", ";", "b",
        ];
        assert_eq!(code, left);
        let literals = [
            (1, r#""SQL \" // no""#.to_owned()),
            (2, r##"r#"raw " text"#"##.to_owned()),
            (2, r#"r"q\""#.to_owned()),
        ];
        assert_eq!(source.literals, literals);
        assert_eq!(source.code.lines().count(), text.lines().count());
    }

    #[test]
    fn what_is_under_cfg_test_is_not_shipped() {
        let text = "fn a() { b() }\n#[cfg(test)]\nuse x;\n#[cfg(test)]\nmod tests {\n fn c() { \"}\" }\n}\nfn d() {}";
        let shipped = Source::rust("src/a.rs", text).shipped_code();
        let names: Vec<_> = words(&shipped).filter(|(_, word)| *word != "fn").collect();
        assert_eq!(names, [(1, "a"), (1, "b"), (8, "d")]);
    }
}
