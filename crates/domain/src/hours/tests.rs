use super::*;

fn at(minutes: i64) -> Millis {
    Millis(0) + Span::minutes(minutes)
}

fn window(from: i64, to: i64) -> Window {
    Window { from: at(from), to: at(to) }
}

fn slot(from: i64, minutes: u16) -> Slot {
    Slot { start: at(from), minutes }
}

fn shift(day: Weekday, opens: u16, closes: u16) -> Shift {
    Shift { day, opens, closes }
}

fn day(name: &str) -> Day {
    Day::named(name).expect("a day")
}

#[test]
fn an_appointment_fits_into_hours_that_cover_all_of_it() {
    let windows = [window(60, 120), window(120, 180), window(300, 360)];
    for (from, minutes, fits) in [
        (60, 60, true),
        (60, 120, true),
        (60, 121, false),
        (59, 10, false),
        (175, 10, false),
        (300, 60, true),
        (200, 5, false),
    ] {
        assert_eq!(covers(&windows, slot(from, minutes)), fits, "{from} {minutes}");
    }
    assert!(!covers(&[], slot(0, 5)));
}

#[test]
fn free_times_leave_out_what_is_taken_and_what_has_passed() {
    let taken = Calendar { taken: vec![(AppointmentId::new("a"), slot(90, 30))] };
    let free = free_times(&[window(0, 150), window(200, 229)], &taken, 30, at(30));
    assert_eq!(free, [at(30), at(60), at(120)]);
}

#[test]
fn days_off_count_on_their_first_and_last_day() {
    let hours = Hours {
        shifts: vec![shift(Weekday::Friday, 540, 720), shift(Weekday::Friday, 780, 1020)],
        absences: vec![Absence { first: day("2026-12-25"), last: day("2027-01-01") }],
    };
    for (date, shifts) in [("2026-12-18", 2), ("2026-12-25", 0), ("2027-01-01", 0), ("2027-01-08", 2)] {
        assert_eq!(hours.on(day(date), Weekday::Friday).count(), shifts, "{date}");
    }
    assert_eq!(hours.on(day("2026-12-17"), Weekday::Thursday).count(), 0);
}

#[test]
fn hours_that_make_no_sense_are_refused() {
    let of = |shifts: Vec<Shift>| Hours { shifts, absences: vec![] }.must_be_sound();
    assert!(of(vec![shift(Weekday::Monday, 0, 1440), shift(Weekday::Tuesday, 0, 1440)]).is_ok());
    assert!(of(vec![shift(Weekday::Monday, 540, 720), shift(Weekday::Monday, 720, 800)]).is_ok());
    assert!(of(vec![shift(Weekday::Monday, 540, 721), shift(Weekday::Monday, 720, 800)]).is_err());
    assert!(of(vec![shift(Weekday::Monday, 540, 540)]).is_err());
    assert!(of(vec![shift(Weekday::Monday, 540, 1441)]).is_err());
    let backwards = Absence { first: day("2026-02-02"), last: day("2026-02-01") };
    assert!(Hours { shifts: vec![], absences: vec![backwards] }.must_be_sound().is_err());
}

#[test]
fn a_day_is_written_in_one_way() {
    assert_eq!(day("2026-02-03").name(), "2026-02-03");
    for wrong in
        ["2026-2-3", "2026-13-01", "2026-01-32", "+026-01-01", "2026-01", "2026-01-01-01", "tomorrow", "2026-00-10"]
    {
        assert_eq!(Day::named(wrong), None, "{wrong}");
    }
}
