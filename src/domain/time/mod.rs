//! Zones, civil time, intervals, opening hours, holidays.

pub mod business_day;
pub mod civil;
pub mod grid;
pub mod holidays;
pub mod hours;
pub mod interval;
pub mod time_law;
pub mod time_zone;
pub mod time_zone_data;
pub mod time_zone_table;
