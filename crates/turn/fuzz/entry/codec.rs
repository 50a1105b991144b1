//! Any bytes are read as everything they could be.

use bedside_turn::codec::attributes::{MESSAGE_INTEGRITY, XOR_PEER_ADDRESS};
use bedside_turn::codec::{ChannelData, Frame, Message, Wire, Writer, next_frame, write_channel_data};
use bedside_turn::credentials::Key;

pub fn run(data: &[u8]) {
    read_message(data);
    read_channel_data(data);
    let mut stream = data;
    while let Ok(Frame::Whole { message, taken }) = next_frame(stream) {
        assert!(message.len() <= taken && taken <= stream.len() && taken > 0);
        read_message(message);
        read_channel_data(message);
        stream = &stream[taken..];
    }
}

/// What could be read, written again, is read as the same.
fn read_message(data: &[u8]) {
    let Ok(message) = Message::read(data) else { return };
    let _ = (message.error_code(), message.lifetime(), message.xor_address(XOR_PEER_ADDRESS));
    let key = Key::short_term(b"a password");
    assert!(!message.is_signed_with(&key) || message.has_integrity());
    let mut again = Vec::new();
    let writer = Writer::new(&mut again, message.class, message.method, message.transaction);
    let kept = message.attributes().inspect(|(kind, _)| assert_ne!(*kind, MESSAGE_INTEGRITY));
    kept.fold(writer, |writer, (kind, value)| writer.bytes(kind, value)).signed(&key).fingerprinted();
    // Sixty-four attributes are all a message may have, and these are two more.
    let Ok(written) = Message::read(&again) else {
        assert!(message.attributes().count() > 62);
        return;
    };
    assert!(written.is_signed_with(&key) && written.is_fingerprinted());
    assert!(written.attributes().eq(message.attributes()));
}

fn read_channel_data(data: &[u8]) {
    let Some(read) = ChannelData::read(data) else { return };
    for wire in [Wire::Datagram, Wire::Stream] {
        let mut again = Vec::new();
        write_channel_data(&mut again, read.channel, read.payload, wire);
        assert_eq!(ChannelData::read(&again), Some(read));
    }
}
