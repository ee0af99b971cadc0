//! The countries of ISO 3166.

/// Their two letters, one after the other.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI \
    CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ \
    GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG \
    PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// All countries, in the order of their letters.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    CODES.split(' ')
}

/// Whether it is a country, or two letters that the norm leaves to its users, such as `XI` and `XK`.
pub(super) fn is_known(code: &str) -> bool {
    let of_users = match code.as_bytes() {
        b"AA" | b"ZZ" => true,
        [b'Q', letter] => (b'M'..=b'Z').contains(letter),
        [b'X', letter] => letter.is_ascii_uppercase(),
        _ => false,
    };
    of_users || all().any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_249_countries_in_the_order_of_their_letters() {
        let known: Vec<&str> = all().collect();
        assert_eq!(known.len(), 249);
        assert!(known.windows(2).all(|pair| pair[0] < pair[1]) && known.iter().all(|code| code.len() == 2));
        assert!(is_known("AT") && is_known("XK") && !is_known("at") && !is_known("UK") && !is_known("AUT"));
    }
}
