//! Who sent a request, and what they may do.

use std::net::IpAddr;

use crate::options::{Options, Role};

/// Who sent a request, as far as it matters to every hit in it.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) ip: IpAddr,
    pub(crate) user_agent: String,
    pub(crate) language: String,
    pub(crate) purpose: Purpose,
}

/// What a browser says it fetches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Visit,
    /// `X-Purpose: preview`, `X-Moz: prefetch`
    Prefetch,
}

/// What a token allows, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Authority {
    Nobody,
    View,
    /// Enough to say where and when a hit happened.
    Write,
    Admin,
    Superuser,
}

/// What this token allows.
pub(crate) fn authority(token: Option<&str>, options: &Options) -> Authority {
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Authority::Nobody;
    };
    if let Some(user) = options.users.iter().find(|user| user.token == token) {
        return match user.role {
            Role::View => Authority::View,
            Role::Write => Authority::Write,
            Role::Admin => Authority::Admin,
        };
    }
    let valid = match &options.token {
        Some(only) => token == only,
        None => {
            token.len() == 32
                && token.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        }
    };
    if valid { Authority::Superuser } else { Authority::Nobody }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::User;

    #[test]
    fn without_a_token_of_its_own_any_well_formed_one_is_valid() {
        let any = Options::default();
        let one = Options { token: Some("secret".to_owned()), ..Options::default() };
        let hex = "0123456789abcdef0123456789abcdef";
        assert_eq!(authority(Some(hex), &any), Authority::Superuser);
        for wrong in [&hex.to_uppercase(), "abc", "", "secret"] {
            assert_eq!(authority(Some(wrong), &any), Authority::Nobody, "{wrong}");
        }
        assert_eq!(authority(None, &any), Authority::Nobody);
        assert_eq!(authority(Some("secret"), &one), Authority::Superuser);
        assert_eq!(authority(Some(hex), &one), Authority::Nobody);
    }

    #[test]
    fn a_user_has_the_rights_of_its_role_and_no_more() {
        let user = |token: &str, role| User { token: token.to_owned(), role };
        let users = vec![user("v", Role::View), user("w", Role::Write), user("a", Role::Admin)];
        let options = Options { users, ..Options::default() };
        let of = |token| authority(Some(token), &options);
        assert_eq!([of("v"), of("w"), of("a")], [Authority::View, Authority::Write, Authority::Admin]);
    }
}
