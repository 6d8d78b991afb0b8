//! `through_text!`, `text_schema!` and `kept_as_text!`: types that clients and the store read and write as one text.
//! What the text means stands with the type.

/// Lets the types named be read from a `String` as `FromStr` reads them, and become one as `Display` writes them.
macro_rules! through_text {
    ($($name:ty),+) => {$(
        impl TryFrom<String> for $name {
            type Error = <$name as std::str::FromStr>::Err;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(one: $name) -> Self {
                one.to_string()
            }
        }
    )+};
}
pub(crate) use through_text;

/// Describes a type that is one text in the API, by the methods of `ObjectBuilder`.
macro_rules! text_schema {
    ($name:ty, $description:literal $(, $method:ident($value:expr))+) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($description))
                    $(.$method($value))+
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_schema;

/// Lets the types named be bound and read as text, through `String` both ways.
macro_rules! kept_as_text {
    ($($name:ty),+) => {$(
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }
        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            String: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut <DB as sqlx::Database>::ArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, DB>>::encode(self.to_string(), buffer)
            }
        }
        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            String: sqlx::Decode<'r, DB>,
        {
            fn decode(value: <DB as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<Self as TryFrom<String>>::try_from(<String as sqlx::Decode<'r, DB>>::decode(value)?)?)
            }
        }
    )+};
}
pub(crate) use kept_as_text;
