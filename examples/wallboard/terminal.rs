//! The same in a terminal. `q` or Ctrl-C ends it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Block, Cell, Paragraph, Row, Sparkline, Table};
use ratatui::{DefaultTerminal, Frame};
use tokio::sync::watch;

use crate::board::{Board, millis};

/// Timers count on at this pace, and what has changed is shown at the latest.
const TICK: Duration = Duration::from_millis(200);

type Boards = watch::Receiver<Arc<Board>>;

/// Shows the board until the user has seen enough. Reading keys blocks, so it has a thread of its own.
pub(crate) async fn show(boards: Boards) -> io::Result<()> {
    let terminal = ratatui::init();
    let shown = tokio::task::spawn_blocking(move || run(terminal, &boards)).await;
    ratatui::restore();
    shown.map_err(io::Error::other)?
}

fn run(mut terminal: DefaultTerminal, boards: &Boards) -> io::Result<()> {
    // Whoever keeps the board has gone.
    while boards.has_changed().is_ok() {
        let board = Arc::clone(&boards.borrow());
        terminal.draw(|frame| draw(frame, &board))?;
        if event::poll(TICK)?
            && let Event::Key(key) = event::read()?
        {
            let control_c =
                key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL;
            if control_c || key.code == KeyCode::Char('q') {
                break;
            }
        }
    }
    Ok(())
}

fn draw(frame: &mut Frame<'_>, board: &Board) {
    let rows =
        [Constraint::Length(3), Constraint::Fill(1), Constraint::Fill(1), Constraint::Length(6)];
    let [top, middle, live, history] = Layout::vertical(rows).areas(frame.area());
    let [queues, agents] =
        Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(middle);

    let numbers = format!(
        "waiting {}   longest {}   level {}   ready {} / {}   calls {}",
        board.waiting,
        clock(board.longest_since),
        percent(board.service_level),
        board.ready,
        board.agents.len(),
        board.calls.len(),
    );
    let title = format!(" Wallboard: {} ({}) ", board.server, board.freshness);
    frame.render_widget(
        Paragraph::new(Line::from(numbers).bold()).block(Block::bordered().title(title)),
        top,
    );

    let lines = board.queues.iter().map(|queue| {
        Row::new([
            queue.name.clone(),
            queue.waiting.to_string(),
            clock(queue.longest_since),
            format!("{} / {}", queue.ready, queue.members),
            queue.answered.to_string(),
            queue.abandoned.to_string(),
            percent(queue.service_level),
        ])
    });
    let header = ["queue", "waiting", "longest", "ready", "answered", "abandoned", "level"];
    frame.render_widget(table("Queues", header, lines), queues);

    let lines = board.agents.iter().map(|agent| {
        let style = Style::new().fg(match agent.state {
            "ready" => Color::Green,
            "ringing" | "on-call" => Color::Blue,
            "offline" => Color::DarkGray,
            _ => Color::Yellow,
        });
        let cells = [agent.name.clone(), agent.state.to_owned(), clock(agent.since)];
        Row::new(cells.map(Cell::from)).style(style)
    });
    frame.render_widget(table("Agents", ["agent", "state", "since"], lines), agents);

    let lines = board.calls.iter().map(|call| {
        Row::new([
            call.from.clone(),
            call.to.clone(),
            call.state.to_owned(),
            clock(Some(call.since)),
        ])
    });
    frame.render_widget(table("Calls", ["from", "to", "state", "time"], lines), live);

    let minutes = board.history.iter().map(|minute| u64::from(minute.answered + minute.missed));
    let block = Block::bordered().title(" Calls that ended in the last hour, by minutes ");
    frame.render_widget(Sparkline::default().block(block).data(minutes), history);
}

fn table<'a, const COLUMNS: usize>(
    title: &'a str,
    header: [&'a str; COLUMNS],
    rows: impl Iterator<Item = Row<'a>>,
) -> Table<'a> {
    Table::new(rows, [Constraint::Fill(1); COLUMNS])
        .header(Row::new(header).bold())
        .block(Block::bordered().title(format!(" {title} ")))
}

fn percent(level: Option<f64>) -> String {
    level.map_or_else(|| "–".to_owned(), |level| format!("{level:.0} %"))
}

fn clock(since: Option<u64>) -> String {
    let Some(since) = since else { return "–".to_owned() };
    let seconds = millis(SystemTime::now()).saturating_sub(since) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
