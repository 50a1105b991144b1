//! One story, told to both databases.
