//! Fadeline from the outside: stories through the router, on `SQLite`, or on `PostgreSQL`
//! when `TEST_DATABASE_URL` names one; some with real servers over HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_wrap,
    clippy::needless_pass_by_value,
    reason = "a story that cannot go on stops, and says where"
)]

mod access;
mod any_day;
mod api_document;
mod architecture;
mod attending;
mod booking_rules;
mod booking_story;
mod calendar_clients;
mod catalogue;
mod circles;
mod clock_changes;
mod conformance;
mod consultation_page;
mod crash;
mod dead_ways;
mod deeds;
mod delivery;
mod demo;
mod demo_data;
mod demo_patients;
mod demo_stories;
mod demo_week;
mod dependencies;
mod desk_day;
mod desk_deeds;
mod desk_record;
mod faults;
mod feeds;
mod figures;
mod guard;
mod holding;
mod imports;
mod invites;
mod junk;
mod known_already;
mod ledger_size;
mod mail_bounces;
mod mail_cases;
mod mail_layout;
mod mail_words;
mod manage_pages;
mod manage_users;
mod merging;
mod names_in_pages;
mod numbers_and_addresses;
mod packet_only;
mod packet_pages;
mod partner_answers;
mod partner_pages;
mod patient_search;
mod planning;
mod planning_model;
mod privacy;
mod promise;
mod races;
mod referral_messages;
mod referrals;
mod reminder_answers;
mod reminders;
mod repeats_and_versions;
mod replies;
mod rules;
mod serving;
mod settlement;
mod shop_booking;
mod shop_course;
mod shop_list;
mod shop_notices;
mod shop_races;
mod shop_reports;
mod shop_traps;
mod sign_in_pages;
mod slots;
mod slots_model;
mod slots_rules;
mod slots_world;
mod statements;
mod support;
mod tasks;
mod text_words;
mod time_law;
mod under_way;
mod undoing;
mod unsent_tasks;
mod visit_page;
mod wings;
mod year;
mod zone_data;
