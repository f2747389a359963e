//! Line drawings of the rail, 16 px.

use leptos::prelude::*;

fn drawn(path: &'static str) -> impl IntoView {
    view! {
        <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}

pub fn overview() -> impl IntoView {
    drawn("M2 8h5V2H2zM9 14h5V8H9zM2 14h5v-3H2zM9 5h5V2H9z")
}

pub fn reports() -> impl IntoView {
    drawn("M3 14V2h8l-1.5 3L11 8H3")
}

pub fn appeals() -> impl IntoView {
    drawn("M8 2v12M4 14h8M3 5h10M3 5L1 9h4zM13 5l-2 4h4z")
}

pub fn reviews() -> impl IntoView {
    drawn("M6 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M9 10l5 4M4 7l2 1 2-3")
}

pub fn sign_ups() -> impl IntoView {
    drawn("M6 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M1 14c0-3 2-5 5-5s5 2 5 5M13 5v4M11 7h4")
}

pub fn access_requests() -> impl IntoView {
    drawn("M1 4h14v9H1zM1 4l7 5 7-5")
}

pub fn accounts() -> impl IntoView {
    drawn("M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2 14c0-3 3-5 6-5s6 2 6 5")
}

pub fn registrations() -> impl IntoView {
    drawn("M3 14V2h7v12M1 14h14M8 8h.01M10 4l3 1v9")
}

pub fn domain_blocks() -> impl IntoView {
    drawn("M8 2a6 6 0 100 12A6 6 0 008 2zM3.8 3.8l8.4 8.4")
}

pub fn grants() -> impl IntoView {
    drawn("M3 2h7l3 3v9H3zM10 2v3h3M5.5 9l2 2 3-4")
}

pub fn invitations() -> impl IntoView {
    drawn("M2 4h12v9H2zM2 4l6 5 6-5")
}

pub fn people() -> impl IntoView {
    drawn("M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z")
}

pub fn roles() -> impl IntoView {
    drawn("M2 5l3 3 3-5 3 5 3-3-1 8H3z")
}

pub fn audit() -> impl IntoView {
    drawn("M4 2h6l3 3v9H4zM6 7h5M6 10h5")
}

pub fn brand() -> impl IntoView {
    view! {
        <svg class="mark" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2"
            stroke-linecap="round" aria-hidden="true">
            <path d="M3 16h14M5 16V9M15 16V9M2 9h16L10 3z"></path>
        </svg>
    }
}
