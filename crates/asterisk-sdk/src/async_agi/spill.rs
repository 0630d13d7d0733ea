//! What Asterisk says over Async AGI, made into what it says over a stream.
//!
//! Asterisk lets a command write its reply into a pipe, reads the pipe **once**, 1,024 bytes at most, and
//! tells what it has read. What is left stands in front of the next reply. So a chunk of fewer bytes has
//! emptied the pipe, and ends where a reply ends; behind a full one there may be more.

use std::fmt::Arguments;
use std::io::Write;

use asterisk_sdk_agi::Environment;
use bytes::Bytes;

/// The most that Asterisk reads at once.
const CHUNK: usize = 1024;

/// The command that makes Asterisk read the pipe again.
pub(super) const FLUSH: &str = "NOOP";

/// What it adds to the pipe itself.
const FLUSHED: &[u8] = b"200 result=0\n";

/// Whether more may follow behind this chunk.
pub(super) fn is_cut(chunk: &[u8]) -> bool {
    chunk.len() >= CHUNK || !chunk.ends_with(b"\n")
}

/// Takes the replies of the flushes off the end of what was read; `None` if they are not there.
pub(super) fn without_flushes(whole: &[u8], flushes: usize) -> Option<&[u8]> {
    let (reply, added) =
        whole.split_at_checked(whole.len().checked_sub(flushes * FLUSHED.len())?)?;
    added.chunks(FLUSHED.len()).all(|reply| reply == FLUSHED).then_some(reply)
}

/// The block of variables as FastAGI sends it: the first argument is the script, and the others are
/// its arguments.
pub(super) fn environment(block: Bytes) -> Bytes {
    let Ok(environment) = Environment::parse(block.clone()) else {
        // Whoever reads it says what is wrong.
        return block;
    };
    let mut lines = Vec::with_capacity(block.len() + 32);
    for (name, value) in environment.iter_bytes() {
        match argument(name) {
            Some(1) => {
                let script = value.strip_prefix(b"/").unwrap_or(value);
                line(&mut lines, format_args!("agi_network_script"), script);
            }
            Some(number) => line(&mut lines, format_args!("agi_arg_{}", number - 1), value),
            None => {
                lines.extend_from_slice(name);
                line(&mut lines, format_args!(""), value);
            }
        }
    }
    lines.push(b'\n');
    lines.into()
}

fn line(lines: &mut Vec<u8>, name: Arguments<'_>, value: &[u8]) {
    // Writing to memory never fails.
    let _ = write!(lines, "{name}: ");
    lines.extend_from_slice(value);
    lines.push(b'\n');
}

/// The number of an argument, from 1.
fn argument(name: &[u8]) -> Option<usize> {
    let number = name.strip_prefix(b"agi_arg_")?;
    std::str::from_utf8(number).ok()?.parse().ok().filter(|&number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(block: &'static str) -> String {
        String::from_utf8(environment(block.into()).into()).unwrap()
    }

    #[test]
    fn the_first_argument_is_the_script() {
        let block = "agi_request: async\nagi_channel: Local/agi@sdk-00000001;2\n\
                     agi_arg_1: /menu?lang=en\nagi_arg_2: one\nagi_arg_3: \n\n";
        let expected = "agi_request: async\nagi_channel: Local/agi@sdk-00000001;2\n\
                        agi_network_script: menu?lang=en\nagi_arg_1: one\nagi_arg_2: \n\n";
        assert_eq!(rewritten(block), expected);
        assert_eq!(rewritten("agi_request: async\n\n"), "agi_request: async\n\n");
        // No arguments of ours.
        let odd = "agi_arg_0: a\nagi_arg_: b\nagi_arg_x: c\n\n";
        assert_eq!(rewritten(odd), odd);
    }

    #[test]
    fn bytes_and_line_breaks_of_values_stay() {
        let block = Bytes::from_static(b"agi_calleridname: Jos\xe9\nagi_arg_2: a\nb: c\n\n");
        let expected = b"agi_calleridname: Jos\xe9\nagi_arg_1: a\nb: c\n\n";
        assert_eq!(environment(block), &expected[..]);
        assert_eq!(rewritten("garbage"), "garbage");
    }

    #[test]
    fn a_full_chunk_may_have_more_behind_it() {
        assert!(!is_cut(b"200 result=0\n"));
        assert!(is_cut(b"200 result=1 (a"));
        assert!(is_cut(b""));
        for (length, cut) in [(1023, false), (1024, true)] {
            let mut chunk = vec![b'x'; length - 1];
            chunk.push(b'\n');
            assert_eq!(is_cut(&chunk), cut, "{length}");
        }
    }

    #[test]
    fn only_the_replies_of_flushes_are_taken_off() {
        assert_eq!(without_flushes(b"200 result=0\n", 0), Some(&b"200 result=0\n"[..]));
        let two = b"200 result=1 (a)\n200 result=0\n200 result=0\n";
        assert_eq!(without_flushes(two, 2), Some(&b"200 result=1 (a)\n"[..]));
        assert_eq!(without_flushes(two, 3), None);
        assert_eq!(without_flushes(b"200 result=0\n200 result=1\n", 1), None);
        assert_eq!(without_flushes(b"x", 1), None);
    }
}
