//! The doors of the roles desk.
