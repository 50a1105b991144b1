//! The samples of RFC 5769.

use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{Class, Message, Method, Transaction, Writer};
use bedside_turn::credentials::Key;

use crate::world::address;

const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff\
                       80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249\
                       c1b571a280280004e57a3bcf";
const IPV4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643\
                    000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
const IPV6: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9fa\
                    a5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
const LONG_TERM: &str = "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c\
                         662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014\
                         f67024656dd64a3e02b8e0712e85c9a28ca89666";
const TRANSACTION: Transaction = Transaction([0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae]);

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().map(|digit| (digit as char).to_digit(16).expect("a digit") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn the_sample_request_is_read() {
    let packet = bytes(REQUEST);
    let message = Message::read(&packet).expect("well formed, and its fingerprint right");
    assert_eq!((message.class, message.method, message.transaction), (Class::Request, Method::BINDING, TRANSACTION));
    assert_eq!(message.attribute(USERNAME), Some(&b"evtj:h6vY"[..]));
    assert_eq!(message.attribute(0x8022), Some(&b"STUN test client"[..]));
    assert!(message.is_fingerprinted() && message.has_integrity());
    assert!(message.is_signed_with(&Key::short_term(b"VOkJxbRl1RmTxUk/WvJxBt")));
    assert!(!message.is_signed_with(&Key::short_term(b"VOkJxbRl1RmTxUk/WvJxBu")));
}

#[test]
fn the_sample_answers_are_read() {
    for (hex, mapped) in [(IPV4, "192.0.2.1:32853"), (IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")] {
        let packet = bytes(hex);
        let message = Message::read(&packet).expect("well formed, and its fingerprint right");
        assert_eq!((message.class, message.method), (Class::Success, Method::BINDING));
        assert_eq!(message.xor_address(XOR_MAPPED_ADDRESS), Some(address(mapped)));
        assert!(message.is_signed_with(&Key::short_term(b"VOkJxbRl1RmTxUk/WvJxBt")));
    }
}

#[test]
fn the_sample_with_a_long_term_credential_is_signed_right() {
    let packet = bytes(LONG_TERM);
    let message = Message::read(&packet).expect("well formed");
    let username = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}";
    assert_eq!(message.attribute(USERNAME), Some(username.as_bytes()));
    assert!(message.is_signed_with(&Key::long_term(username.as_bytes(), b"example.org", b"TheMatrIX")));
    assert!(!message.is_signed_with(&Key::long_term(username.as_bytes(), b"example.com", b"TheMatrIX")));
}

#[test]
fn the_long_term_sample_is_written_byte_for_byte() {
    let username = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}";
    let transaction = Transaction([0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e]);
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Request, Method::BINDING, transaction)
        .bytes(USERNAME, username.as_bytes())
        .bytes(NONCE, b"f//499k954d6OL34oL9FSTvy64sA")
        .bytes(REALM, b"example.org")
        .signed(&Key::long_term(username.as_bytes(), b"example.org", b"TheMatrIX"));
    assert_eq!(packet, bytes(LONG_TERM));
}

#[test]
fn one_changed_bit_anywhere_before_the_fingerprint_is_noticed() {
    let packet = bytes(REQUEST);
    let key = Key::short_term(b"VOkJxbRl1RmTxUk/WvJxBt");
    for bit in 0..(packet.len() - 8) * 8 {
        let mut changed = packet.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let believed = Message::read(&changed).is_ok_and(|message| message.is_signed_with(&key));
        assert!(!believed, "bit {bit}");
    }
}
