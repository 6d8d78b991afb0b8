//! `codes!`: an enum whose variants have one spelling everywhere: in JSON, in the
//! database, in the API's description and on the command line. The meaning of each
//! set of codes stands with its own file.

/// Declares an enum of codes, spelled in the case given (`"snake_case"` or `"kebab-case"`).
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident in $case:tt { $($(#[$vmeta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema, sqlx::Type,
            strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
        )]
        #[serde(rename_all = $case)]
        #[sqlx(type_name = "text", rename_all = $case)]
        #[strum(serialize_all = $case)]
        pub enum $name { $($(#[$vmeta])* #[doc = concat!("`", stringify!($variant), "`")] $variant),+ }
    };
}
pub(crate) use codes;
