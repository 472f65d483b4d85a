//! The least cut of a graph, by growing two trees (Boykov and Kolmogorov, PAMI 26(9), 2004).
//!
//! Edges come in pairs: edge `e` and its reverse `e ^ 1`. Terminal capacities are kept as one number a node: positive
//! is joined to the source, negative to the sink.

use std::collections::VecDeque;

const NONE: u32 = u32::MAX;
/// Parent mark of a node that hangs on its terminal.
const TERMINAL: u32 = u32::MAX - 1;
/// Parent mark of a node that has lost its parent.
const ORPHAN: u32 = u32::MAX - 2;

/// A graph between a source and a sink.
pub struct Graph {
    first: Vec<u32>,
    next: Vec<u32>,
    head: Vec<u32>,
    residual: Vec<f32>,
    terminal: Vec<f32>,
    /// Edge from the node to its parent.
    parent: Vec<u32>,
    in_sink_tree: Vec<bool>,
    stamp: Vec<u32>,
    distance: Vec<u32>,
    active: VecDeque<u32>,
    queued: Vec<bool>,
}

impl Graph {
    /// `nodes` nodes without edges.
    pub fn new(nodes: usize) -> Self {
        Self {
            first: vec![NONE; nodes],
            next: Vec::new(),
            head: Vec::new(),
            residual: Vec::new(),
            terminal: vec![0.0; nodes],
            parent: vec![NONE; nodes],
            in_sink_tree: vec![false; nodes],
            stamp: vec![0; nodes],
            distance: vec![0; nodes],
            active: VecDeque::new(),
            queued: vec![false; nodes],
        }
    }

    /// Adds the cost of `node` on the sink's side and on the source's side.
    pub fn add_terminal(&mut self, node: usize, cost_if_sink: f32, cost_if_source: f32) {
        self.terminal[node] += cost_if_sink - cost_if_source;
    }

    /// Adds an edge with a capacity each way.
    pub fn add_edge(&mut self, a: usize, b: usize, forth: f32, back: f32) {
        for (from, to, capacity) in [(a, b, forth), (b, a, back)] {
            self.next.push(self.first[from]);
            self.first[from] = self.head.len() as u32;
            self.head.push(to as u32);
            self.residual.push(capacity);
        }
    }

    /// Cuts; afterwards [`Self::on_sink_side`] tells the sides.
    pub fn cut(&mut self) {
        for node in 0..self.first.len() {
            if self.terminal[node] != 0.0 {
                self.in_sink_tree[node] = self.terminal[node] < 0.0;
                self.parent[node] = TERMINAL;
                self.distance[node] = 1;
                self.activate(node as u32);
            }
        }
        let mut time = 0;
        while let Some(&node) = self.active.front() {
            let meeting = if self.parent[node as usize] == NONE { None } else { self.grow(node) };
            if let Some(edge) = meeting {
                time += 1;
                let orphans = self.augment(edge);
                self.adopt(orphans, time);
            } else {
                self.active.pop_front();
                self.queued[node as usize] = false;
            }
        }
    }

    /// Whether a node is on the sink's side; nodes that neither reaches are on the source's.
    pub fn on_sink_side(&self, node: usize) -> bool {
        self.parent[node] != NONE && self.in_sink_tree[node]
    }

    fn activate(&mut self, node: u32) {
        if !self.queued[node as usize] {
            self.queued[node as usize] = true;
            self.active.push_back(node);
        }
    }

    /// Residual along the tree's direction of flow: from source tree outwards, into the sink tree.
    fn passable(&self, edge: u32, sink: bool) -> bool {
        self.residual[(if sink { edge ^ 1 } else { edge }) as usize] > 0.0
    }

    /// Takes free neighbours in; returns an edge from the source tree to the sink tree when they meet.
    fn grow(&mut self, node: u32) -> Option<u32> {
        let sink = self.in_sink_tree[node as usize];
        let mut edge = self.first[node as usize];
        while edge != NONE {
            if self.passable(edge, sink) {
                let other = self.head[edge as usize];
                if self.parent[other as usize] == NONE {
                    self.in_sink_tree[other as usize] = sink;
                    self.parent[other as usize] = edge ^ 1;
                    self.distance[other as usize] = self.distance[node as usize] + 1;
                    self.stamp[other as usize] = self.stamp[node as usize];
                    self.activate(other);
                } else if self.in_sink_tree[other as usize] != sink {
                    return Some(if sink { edge ^ 1 } else { edge });
                }
            }
            edge = self.next[edge as usize];
        }
        None
    }

    fn augment(&mut self, middle: u32) -> VecDeque<u32> {
        let ends = [self.head[(middle ^ 1) as usize], self.head[middle as usize]];
        let mut flow = self.residual[middle as usize];
        for (side, &end) in ends.iter().enumerate() {
            let mut node = end;
            while self.parent[node as usize] != TERMINAL {
                let up = self.parent[node as usize];
                flow = flow.min(self.residual[(if side == 0 { up ^ 1 } else { up }) as usize]);
                node = self.head[up as usize];
            }
            flow = flow.min(self.terminal[node as usize].abs());
        }
        let mut orphans = VecDeque::new();
        self.residual[middle as usize] -= flow;
        self.residual[(middle ^ 1) as usize] += flow;
        for (side, &end) in ends.iter().enumerate() {
            let mut node = end;
            while self.parent[node as usize] != TERMINAL {
                let up = self.parent[node as usize];
                let along = if side == 0 { up ^ 1 } else { up };
                self.residual[along as usize] -= flow;
                self.residual[(along ^ 1) as usize] += flow;
                let above = self.head[up as usize];
                if self.residual[along as usize] <= 1e-7 {
                    self.residual[along as usize] = 0.0;
                    self.parent[node as usize] = ORPHAN;
                    orphans.push_front(node);
                }
                node = above;
            }
            let left = self.terminal[node as usize].abs() - flow;
            if left <= 1e-7 {
                self.terminal[node as usize] = 0.0;
                self.parent[node as usize] = ORPHAN;
                orphans.push_front(node);
            } else {
                self.terminal[node as usize] = left.copysign(self.terminal[node as usize]);
            }
        }
        orphans
    }

    /// Distance of a node to its terminal, or `None` when it hangs on nothing.
    fn origin(&mut self, start: u32, time: u32) -> Option<u32> {
        let mut node = start;
        let mut steps = 0;
        loop {
            let at = node as usize;
            if self.stamp[at] == time {
                steps += self.distance[at];
                break;
            }
            match self.parent[at] {
                TERMINAL => {
                    self.stamp[at] = time;
                    self.distance[at] = 1;
                    steps += 1;
                    break;
                }
                ORPHAN | NONE => return None,
                up => {
                    steps += 1;
                    node = self.head[up as usize];
                }
            }
        }
        // Marked on the way back, so that the next search ends sooner.
        let (mut node, mut left) = (start, steps);
        while self.stamp[node as usize] != time {
            self.stamp[node as usize] = time;
            self.distance[node as usize] = left;
            left -= 1;
            node = self.head[self.parent[node as usize] as usize];
        }
        Some(steps)
    }

    fn adopt(&mut self, mut orphans: VecDeque<u32>, time: u32) {
        while let Some(node) = orphans.pop_front() {
            let at = node as usize;
            let sink = self.in_sink_tree[at];
            let mut best: Option<(u32, u32)> = None;
            let mut edge = self.first[at];
            while edge != NONE {
                let other = self.head[edge as usize];
                let joined = self.parent[other as usize] != NONE
                    && self.in_sink_tree[other as usize] == sink;
                // Flow comes from the parent in the source tree, goes to it in the sink tree.
                if joined
                    && self.passable(edge ^ 1, sink)
                    && let Some(steps) = self.origin(other, time)
                    && best.is_none_or(|(least, _)| steps < least)
                {
                    best = Some((steps, edge));
                }
                edge = self.next[edge as usize];
            }
            if let Some((steps, edge)) = best {
                self.parent[at] = edge;
                self.stamp[at] = time;
                self.distance[at] = steps + 1;
                continue;
            }
            let mut edge = self.first[at];
            while edge != NONE {
                let other = self.head[edge as usize];
                let o = other as usize;
                if self.parent[o] != NONE && self.in_sink_tree[o] == sink {
                    if self.passable(edge ^ 1, sink) {
                        self.activate(other);
                    }
                    let up = self.parent[o];
                    if up != TERMINAL && up != ORPHAN && self.head[up as usize] == node {
                        self.parent[o] = ORPHAN;
                        orphans.push_back(other);
                    }
                }
                edge = self.next[edge as usize];
            }
            self.parent[at] = NONE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::dice::Dice;

    /// Cost of the cut that the graph found, from the capacities given to it.
    fn cost(sides: &[bool], terminals: &[(f32, f32)], edges: &[(usize, usize, f32, f32)]) -> f32 {
        let ends: f32 =
            sides.iter().zip(terminals).map(|(sink, t)| if *sink { t.0 } else { t.1 }).sum();
        let cuts: f32 = edges
            .iter()
            .map(|&(a, b, forth, back)| match (sides[a], sides[b]) {
                (false, true) => forth,
                (true, false) => back,
                _ => 0.0,
            })
            .sum();
        ends + cuts
    }

    #[test]
    fn no_other_cut_is_cheaper() {
        for seed in 0..60 {
            let mut dice = Dice(seed);
            let nodes = 10;
            let mut graph = Graph::new(nodes);
            let terminals: Vec<(f32, f32)> = (0..nodes)
                .map(|_| ((dice.unit() * 9.0).floor() as f32, (dice.unit() * 9.0).floor() as f32))
                .collect();
            for (node, t) in terminals.iter().enumerate() {
                graph.add_terminal(node, t.0, t.1);
            }
            let edges: Vec<(usize, usize, f32, f32)> = (0..22)
                .map(|_| {
                    (
                        (dice.bits() % 10) as usize,
                        (dice.bits() % 10) as usize,
                        (dice.unit() * 6.0).floor() as f32,
                        (dice.unit() * 6.0).floor() as f32,
                    )
                })
                .filter(|e| e.0 != e.1)
                .collect();
            for e in &edges {
                graph.add_edge(e.0, e.1, e.2, e.3);
            }
            graph.cut();
            let sides: Vec<bool> = (0..nodes).map(|n| graph.on_sink_side(n)).collect();
            let best = (0..1u32 << nodes)
                .map(|bits| {
                    cost(
                        &(0..nodes).map(|n| bits >> n & 1 == 1).collect::<Vec<_>>(),
                        &terminals,
                        &edges,
                    )
                })
                .fold(f32::INFINITY, f32::min);
            assert!((cost(&sides, &terminals, &edges) - best).abs() < 1e-3, "seed {seed}");
        }
    }
}
