//! The record: see `deed` for what is recorded.

pub mod deed;
