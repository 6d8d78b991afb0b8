//! The forms of a user: to add one, to change name and role, and to set a password.

use strum::VariantArray;

use super::partners::all_partners;
use super::words;
use crate::actions::{Result, catalogue};
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::ids::UserId;
use crate::domain::role::Role;
use crate::web::frame::form::field::{Choice, Field, Kind, choice};
use crate::web::frame::form::spec::FormSpec;
use crate::web::frame::signed_in::SignedIn;

/// The partner shops, to choose from.
pub(super) async fn shop_choices(user: &SignedIn) -> Result<Vec<Choice>> {
    let shops = all_partners(user).await?;
    Ok(shops.iter().map(|shop| choice(&shop.id, &shop.details.name)).collect())
}

/// The clinic's practitioners, to choose from.
async fn practitioner_choices(user: &SignedIn) -> Result<Vec<Choice>> {
    let people = catalogue::all::<Practitioner>(&user.app, &user.caller()).await?;
    Ok(people.iter().map(|person| choice(&person.id, &person.details.name)).collect())
}

async fn role_fields(user: &SignedIn) -> Result<Vec<Field>> {
    let roles = Role::VARIANTS.iter().filter(|role| **role != Role::Patient);
    let roles = roles.map(|role| choice(role, &words::role(*role))).collect();
    let shops = shop_choices(user).await?;
    Ok(vec![
        Field::new("name", "Name", Kind::Text).required(),
        Field::new("role", "Role", Kind::One(roles)).required(),
        Field::new("partner_id", "Shop", Kind::One(shops)).hint("For the role partner shop only."),
        Field::new("practitioner_id", "They are", Kind::One(practitioner_choices(user).await?))
            .hint("For those who treat: as whom they assess, review and treat."),
    ])
}

pub(super) async fn form_to_add(user: &SignedIn) -> Result<FormSpec> {
    let mut fields =
        vec![Field::new("email", "Email", Kind::Email).required().hint("They sign in with it.")];
    fields.extend(role_fields(user).await?);
    fields.push(
        Field::new("password", "Password", Kind::Password)
            .hint("Ten characters or more. Without one they use tokens only."),
    );
    Ok(FormSpec {
        action: "/manage/users".to_owned(),
        button: "Add the user",
        fields,
        unique: "email",
    })
}

pub(super) async fn form_to_change(user: &SignedIn, id: UserId) -> Result<FormSpec> {
    Ok(FormSpec {
        action: format!("/manage/users/{id}"),
        button: "Save",
        fields: role_fields(user).await?,
        unique: "role",
    })
}

pub(super) fn password_form(id: UserId) -> FormSpec {
    FormSpec {
        action: format!("/manage/users/{id}/password"),
        button: "Set the password",
        fields: vec![
            Field::new("password", "New password", Kind::Password)
                .required()
                .hint("Ten characters or more. They are signed out everywhere."),
        ],
        unique: "",
    }
}
