//! What a call does, told in stories, in a table of everything, and in properties of all that could ever happen.

mod appointment_rooms;
mod guests;
mod properties;
mod rings;
mod stage;
mod table;
