//! The views of the roles desk.
