//! Places cards and writes SVG. A forest is drawn top down: a card stands over the middle of those below it.

use super::Section;
use super::cards::Card;

const CARD_WIDTH: u32 = 300;
const GAP: u32 = 24;
const LEVEL_GAP: u32 = 44;
const LINE: u32 = 17;
const PADDING: u32 = 12;
const MARGIN: u32 = 28;

const STYLE: &str = "svg{background:#fff;color:#1b1f24;font:13px/1.3 system-ui,sans-serif}text{fill:currentColor}\
.h1{font-size:18px;font-weight:600}.h2{font-size:15px;font-weight:600}.t{font-weight:600}.sub,.id{fill:#57606a}\
.box{fill:#f6f8fa;stroke:#8c959f}.joint .box{fill:#eef4ff;stroke:#3a66b0}.grant .box{fill:#f5f0ff;stroke:#7a52b8;\
stroke-dasharray:5 3}.edge{fill:none;stroke:#8c959f;stroke-width:1.5}.hang{fill:none;stroke:#7a52b8;stroke-dasharray:3 3}\
.vacant{fill:#b42318}.principal{fill:#8a5a00;font-weight:600}.limit{fill:#57606a}\
@media(prefers-color-scheme:dark){svg{background:#0d1117;color:#e6edf3}.box{fill:#161b22;stroke:#6e7681}\
.joint .box{fill:#10203f;stroke:#6f9bea}.grant .box{fill:#1f1733;stroke:#a889e0}.sub,.id,.limit{fill:#9aa4af}\
.vacant{fill:#ff8f85}.principal{fill:#e3b341}.hang{stroke:#a889e0}}";

impl Card {
    fn height(&self) -> u32 {
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        lines.saturating_mul(LINE).saturating_add(PADDING.saturating_mul(2))
    }
}

/// Where the top left corner of a card stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    x: u32,
    y: u32,
}

impl Place {
    fn middle(self) -> u32 {
        self.x.saturating_add(CARD_WIDTH / 2)
    }
}

pub(super) fn draw(title: &str, subtitle: &str, sections: &[Section<'_>]) -> String {
    let mut body = String::new();
    let mut y = MARGIN.saturating_add(20);
    text(&mut body, "h1", MARGIN, y, title);
    y = y.saturating_add(20);
    text(&mut body, "sub", MARGIN, y, subtitle);
    let mut width = CARD_WIDTH;
    for section in sections {
        y = y.saturating_add(44);
        let heading = format!("{} ({})", section.party.name, section.party.id);
        text(&mut body, "h2", MARGIN, y, &heading);
        let (wide, bottom) = draw_section(section, y.saturating_add(16), &mut body);
        width = width.max(wide);
        y = bottom;
    }
    let (width, height) = (width.saturating_add(MARGIN), y.saturating_add(MARGIN));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<title>{}</title>\n<style>{STYLE}</style>\n{body}</svg>\n",
        escape(title)
    )
}

/// Draws a section from `top`; returns its right edge and its bottom.
fn draw_section(section: &Section<'_>, top: u32, body: &mut String) -> (u32, u32) {
    let depths: Vec<usize> = (0..section.offices.len()).map(|ix| depth(section, ix)).collect();
    let deepest = depths.iter().copied().max().unwrap_or(0);
    let mut tops = vec![top];
    for level in 0..=deepest {
        let cards = section.cards.iter().zip(&depths).filter(|(_, depth)| **depth == level);
        let tallest = cards.map(|(card, _)| card.height()).max().unwrap_or(0);
        let last = tops.last().copied().unwrap_or(top);
        tops.push(last.saturating_add(tallest).saturating_add(LEVEL_GAP));
    }
    let mut places = vec![Place::default(); section.offices.len()];
    let mut next = MARGIN;
    for (ix, (_, above)) in section.offices.iter().enumerate() {
        if above.is_none() || depths.get(ix) == Some(&0) {
            place(section, ix, &depths, &tops, &mut next, &mut places);
        }
    }
    let mut right = next;
    let mut edges = String::new();
    for (ix, (_, above)) in section.offices.iter().enumerate() {
        if let (Some(child), Some((parent, card))) = (
            places.get(ix),
            above
                .and_then(|at| Some((*places.get(at)?, section.cards.get(at)?)))
                .filter(|_| depths.get(ix) != Some(&0)),
        ) {
            edge(&mut edges, "edge", parent, card.height(), *child);
        }
    }
    let mut bottom = tops.last().copied().unwrap_or(top).saturating_sub(LEVEL_GAP);
    let row = bottom.saturating_add(LEVEL_GAP);
    let mut x = MARGIN;
    let mut hung = String::new();
    for (card, from) in &section.instruments {
        let at = Place { x, y: row };
        for office in from {
            if let (Some(place), Some(above)) = (places.get(*office), section.cards.get(*office)) {
                edge(&mut edges, "hang", *place, above.height(), at);
            }
        }
        draw_card(&mut hung, card, at);
        x = x.saturating_add(CARD_WIDTH).saturating_add(GAP);
        bottom = bottom.max(row.saturating_add(card.height()));
        right = right.max(x);
    }
    body.push_str(&edges);
    for (card, place) in section.cards.iter().zip(&places) {
        draw_card(body, card, *place);
    }
    body.push_str(&hung);
    (right, bottom)
}

/// Levels above an office; one in a ring stands at the top.
fn depth(section: &Section<'_>, ix: usize) -> usize {
    let mut at = ix;
    for depth in 0..section.offices.len() {
        match section.offices.get(at).and_then(|(_, above)| *above) {
            Some(above) => at = above,
            None => return depth,
        }
    }
    0
}

/// Places a card over the middle of those below it, from left to right.
fn place(
    section: &Section<'_>,
    ix: usize,
    depths: &[usize],
    tops: &[u32],
    next: &mut u32,
    places: &mut [Place],
) {
    let level = depths.get(ix).copied().unwrap_or(0);
    let below: Vec<usize> = section
        .offices
        .iter()
        .enumerate()
        .filter(|(at, (_, above))| *above == Some(ix) && depths.get(*at) == Some(&level.saturating_add(1)))
        .map(|(at, _)| at)
        .collect();
    let start = *next;
    for child in &below {
        place(section, *child, depths, tops, next, places);
    }
    let x = match (below.first().and_then(|at| places.get(*at)), below.last().and_then(|at| places.get(*at)))
    {
        (Some(first), Some(last)) => first.x.saturating_add(last.x) / 2,
        _ => {
            *next = start.saturating_add(CARD_WIDTH).saturating_add(GAP);
            start
        }
    };
    if let Some(place) = places.get_mut(ix) {
        *place = Place { x, y: tops.get(level).copied().unwrap_or(0) };
    }
}

fn edge(out: &mut String, class: &str, from: Place, height: u32, to: Place) {
    let start = from.y.saturating_add(height);
    let half = to.y.saturating_sub(LEVEL_GAP / 2);
    out.push_str(&format!(
        "<path class=\"{class}\" d=\"M{} {start}V{half}H{}V{}\"/>\n",
        from.middle(),
        to.middle(),
        to.y
    ));
}

fn draw_card(out: &mut String, card: &Card, at: Place) {
    let height = card.height();
    out.push_str(&format!(
        "<g class=\"{}\"><rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{CARD_WIDTH}\" height=\"{height}\" rx=\"6\"/>\n",
        card.kind, at.x, at.y
    ));
    let x = at.x.saturating_add(PADDING);
    let mut y = at.y.saturating_add(PADDING).saturating_add(12);
    for line in &card.lines {
        text(out, line.class, x, y, &line.text);
        y = y.saturating_add(LINE);
    }
    out.push_str("</g>\n");
}

fn text(out: &mut String, class: &str, x: u32, y: u32, text: &str) {
    out.push_str(&format!(
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" xml:space=\"preserve\">{}</text>\n",
        escape(text)
    ));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
