//! The ways by which a patient can be reached.

use crate::domain::codes::codes;

codes! {
    /// How a message goes out.
    Channel in "snake_case" {
        /// Mail.
        Email,
        /// A text message.
        Sms,
        /// A task for the clinic's own front desk.
        Desk,
    }
}
