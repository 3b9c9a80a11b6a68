//! What holds behind an ordinary proxy: nginx as it comes takes 8 KB of one request header
//! and 4 KB of an answer's headers, and answers 400 or 502 beyond.

mod headers;
