//! How fast a large repository is scanned, and how much memory that takes.
//!
//! `cargo bench --bench scan [-- RELEASES [ROUNDS]]` writes a repository of 10,000 HelmReleases
//! into a temporary folder and reads it in two ways: `discover` alone, and as
//! `refit scan --format json DIR` does. Each measurement is a process of its own (this program,
//! called again), since peak memory belongs to a process; it reads what the kernel has counted for
//! it from `/proc`, so this runs on Linux. The best of the rounds is printed, as the others tell of
//! the machine rather than of the program. Among the tests it runs once, over a few releases.

#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a benchmark")]

mod fleet;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use refit::tree::{Tree as _, WorkTree};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("discover") => discover(Path::new(arguments.last().unwrap())),
        Some("scan") => {
            refit::commands::run().await;
        }
        _ => return compare(&arguments),
    }
    eprintln!("{}", counted());
}

/// Measures a repository of so many releases, so many times each way.
fn compare(arguments: &[String]) {
    let is_bench = arguments.iter().any(|word| word == "--bench");
    let mut numbers = arguments.iter().filter_map(|word| word.parse::<usize>().ok());
    let (releases, rounds) = if is_bench { (10_000, 5) } else { (100, 1) };
    let (releases, rounds) = (numbers.next().unwrap_or(releases), numbers.next().unwrap_or(rounds));
    let folder = tempfile::tempdir().unwrap();
    let written = fleet::write(folder.path(), releases);
    let size = megabytes(written.bytes);
    println!("{releases} releases in {} files, {size:.1} MB of YAML", written.files);
    println!("{:<10} {:>8} {:>8} {:>9} {:>14}", "", "wall", "user", "peak RSS", "bytes/release");
    for words in [["discover"].as_slice(), &["scan", "--format", "json"]] {
        let runs = (0..rounds).map(|_| run(words, folder.path()));
        let Run { wall, user, peak } =
            runs.min_by(|one, other| one.wall.total_cmp(&other.wall)).unwrap();
        let (each, peak) = (peak / releases as u64, megabytes(peak));
        let name = words.first().unwrap();
        println!("{name:<10} {wall:>6.2} s {user:>6.2} s {peak:>6.0} MB {each:>14}");
    }
}

/// One run of a program.
struct Run {
    /// Seconds.
    wall: f64,
    /// Seconds of all its threads together.
    user: f64,
    /// Bytes.
    peak: u64,
}

/// Calls this program again over a folder.
fn run(words: &[&str], folder: &Path) -> Run {
    let start = Instant::now();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(words).arg(folder).stdout(Stdio::null()).output().unwrap();
    let wall = start.elapsed().as_secs_f64();
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{words:?}: {report}");
    let mut counted = report.lines().last().unwrap().split(' ');
    let ticks: f64 = counted.next().unwrap().parse().unwrap();
    let kilobytes: u64 = counted.next().unwrap().parse().unwrap();
    Run { wall, user: ticks / 100.0, peak: kilobytes * 1024 }
}

/// Reads a folder, and says what it held.
fn discover(folder: &Path) {
    let tree = WorkTree::open(folder).unwrap();
    let (policies, _) = refit::policy::load(&tree, &tree.files().unwrap());
    let inventory = refit::flux::discover(&tree, &policies, &|_| true).unwrap();
    println!("{} releases, {} pins", inventory.releases.len(), inventory.pins.len());
}

/// Returns the hundredths of a second that this process took in user mode, and its peak memory in
/// kilobytes.
fn counted() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The fields behind the program's name, which stands in parentheses and may hold anything;
    // the 14th field of all is the time (proc_pid_stat(5)).
    let ticks = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(11).unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    format!("{ticks} {}", peak.trim().trim_end_matches(" kB"))
}

#[expect(clippy::cast_precision_loss, reason = "printed with one digit")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
