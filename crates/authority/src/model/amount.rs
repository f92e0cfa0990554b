//! Money in integer minor units: ISO 4217 codes, no floating point.

use alloc::string::String;
use core::fmt;

use super::time::{Instant, Zone};

/// A currency of ISO 4217 (list one, 2025), with its number of minor digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    minor_digits: u8,
}

impl Currency {
    /// Looks a three-letter code up.
    pub fn new(code: &str) -> Result<Self, BadAmount> {
        let unknown = || BadAmount::UnknownCurrency { code: code.into() };
        let bytes: [u8; 3] = code.as_bytes().try_into().map_err(|_| unknown())?;
        CURRENCIES
            .iter()
            .find(|(known, _)| *known == bytes)
            .map(|&(code, minor_digits)| Self { code, minor_digits })
            .ok_or_else(unknown)
    }

    /// All codes known, for suggestions.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().filter_map(|(code, _)| core::str::from_utf8(code).ok())
    }

    /// The code, as in `EUR`.
    #[must_use]
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// Digits after the decimal point: 2 for EUR, 0 for JPY.
    #[must_use]
    pub fn minor_digits(&self) -> u8 {
        self.minor_digits
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A sum of money.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// What it is counted in.
    pub currency: Currency,
    /// How many minor units (cents for EUR).
    pub minor: u64,
}

/// Why a value is not an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadAmount {
    /// The code is not in ISO 4217.
    UnknownCurrency {
        /// The code at fault.
        code: String,
    },
    /// The value is not digits, optionally a point and digits.
    NotDecimal {
        /// The value at fault.
        value: String,
    },
    /// The value has more digits after the point than the currency has.
    TooPrecise {
        /// The value at fault.
        value: String,
        /// The currency's minor digits.
        digits: u8,
    },
    /// The value does not fit 64 bits of minor units.
    TooLarge {
        /// The value at fault.
        value: String,
    },
}

impl fmt::Display for BadAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCurrency { code } => write!(f, "`{code}` is not an ISO 4217 currency code"),
            Self::NotDecimal { value } => {
                write!(f, "`{value}` is not an amount: digits, at most one point, no separators, no sign")
            }
            Self::TooPrecise { value, digits } => {
                write!(f, "`{value}` has more than the currency's {digits} digits after the point")
            }
            Self::TooLarge { value } => write!(f, "`{value}` is too large an amount"),
        }
    }
}

impl core::error::Error for BadAmount {}

impl Amount {
    /// Reads major units: `8000000.00` EUR is 800,000,000 cents.
    pub fn parse(currency: Currency, value: &str) -> Result<Self, BadAmount> {
        let (whole, fraction) = value.split_once('.').map_or((value, None), |(w, f)| (w, Some(f)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err(BadAmount::NotDecimal { value: value.into() });
        }
        let fraction = fraction.unwrap_or("");
        if fraction.len() > usize::from(currency.minor_digits) {
            return Err(BadAmount::TooPrecise { value: value.into(), digits: currency.minor_digits });
        }
        let padding = usize::from(currency.minor_digits).saturating_sub(fraction.len());
        whole
            .bytes()
            .chain(fraction.bytes())
            .chain(core::iter::repeat_n(b'0', padding))
            .try_fold(0_u64, |sum, digit| {
                sum.checked_mul(10)?.checked_add(u64::from(digit.checked_sub(b'0')?))
            })
            .map(|minor| Self { currency, minor })
            .ok_or_else(|| BadAmount::TooLarge { value: value.into() })
    }

    /// The value in major units, minor digits only where they are not all zero: `8000000`, `12.50`.
    #[must_use]
    pub fn value(&self) -> String {
        use alloc::format;
        let scale = 10_u64.pow(u32::from(self.currency.minor_digits));
        let (whole, fraction) = (self.minor / scale, self.minor % scale);
        if fraction == 0 {
            format!("{whole}")
        } else {
            format!("{whole}.{fraction:0width$}", width = usize::from(self.currency.minor_digits))
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code(), self.value())
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Calendar periods over which a limit adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A calendar day.
    Day,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

super::map::words! {
    Period { Day = "day", Month = "month", Quarter = "quarter", Year = "year" }
}

/// A calendar period as a number, so that two moments of one period compare equal.
pub fn period_of(period: Period, at: Instant, zone: &dyn Zone) -> Option<i64> {
    let day = zone.day_of(at)?;
    let month =
        i64::from(day.year()).saturating_mul(12).saturating_add(i64::from(day.month())).saturating_sub(1);
    Some(match period {
        Period::Day => day.days_since_epoch(),
        Period::Month => month,
        Period::Quarter => month.div_euclid(3),
        Period::Year => i64::from(day.year()),
    })
}

#[rustfmt::skip]
const CURRENCIES: [([u8; 3], u8); 165] = [
    (*b"AED", 2), (*b"AFN", 2), (*b"ALL", 2), (*b"AMD", 2), (*b"AOA", 2), (*b"ARS", 2), (*b"AUD", 2),
    (*b"AWG", 2), (*b"AZN", 2), (*b"BAM", 2), (*b"BBD", 2), (*b"BDT", 2), (*b"BGN", 2), (*b"BHD", 3),
    (*b"BIF", 0), (*b"BMD", 2), (*b"BND", 2), (*b"BOB", 2), (*b"BOV", 2), (*b"BRL", 2), (*b"BSD", 2),
    (*b"BTN", 2), (*b"BWP", 2), (*b"BYN", 2), (*b"BZD", 2), (*b"CAD", 2), (*b"CDF", 2), (*b"CHE", 2),
    (*b"CHF", 2), (*b"CHW", 2), (*b"CLF", 4), (*b"CLP", 0), (*b"CNY", 2), (*b"COP", 2), (*b"COU", 2),
    (*b"CRC", 2), (*b"CUP", 2), (*b"CVE", 2), (*b"CZK", 2), (*b"DJF", 0), (*b"DKK", 2), (*b"DOP", 2),
    (*b"DZD", 2), (*b"EGP", 2), (*b"ERN", 2), (*b"ETB", 2), (*b"EUR", 2), (*b"FJD", 2), (*b"FKP", 2),
    (*b"GBP", 2), (*b"GEL", 2), (*b"GHS", 2), (*b"GIP", 2), (*b"GMD", 2), (*b"GNF", 0), (*b"GTQ", 2),
    (*b"GYD", 2), (*b"HKD", 2), (*b"HNL", 2), (*b"HTG", 2), (*b"HUF", 2), (*b"IDR", 2), (*b"ILS", 2),
    (*b"INR", 2), (*b"IQD", 3), (*b"IRR", 2), (*b"ISK", 0), (*b"JMD", 2), (*b"JOD", 3), (*b"JPY", 0),
    (*b"KES", 2), (*b"KGS", 2), (*b"KHR", 2), (*b"KMF", 0), (*b"KPW", 2), (*b"KRW", 0), (*b"KWD", 3),
    (*b"KYD", 2), (*b"KZT", 2), (*b"LAK", 2), (*b"LBP", 2), (*b"LKR", 2), (*b"LRD", 2), (*b"LSL", 2),
    (*b"LYD", 3), (*b"MAD", 2), (*b"MDL", 2), (*b"MGA", 2), (*b"MKD", 2), (*b"MMK", 2), (*b"MNT", 2),
    (*b"MOP", 2), (*b"MRU", 2), (*b"MUR", 2), (*b"MVR", 2), (*b"MWK", 2), (*b"MXN", 2), (*b"MXV", 2),
    (*b"MYR", 2), (*b"MZN", 2), (*b"NAD", 2), (*b"NGN", 2), (*b"NIO", 2), (*b"NOK", 2), (*b"NPR", 2),
    (*b"NZD", 2), (*b"OMR", 3), (*b"PAB", 2), (*b"PEN", 2), (*b"PGK", 2), (*b"PHP", 2), (*b"PKR", 2),
    (*b"PLN", 2), (*b"PYG", 0), (*b"QAR", 2), (*b"RON", 2), (*b"RSD", 2), (*b"RUB", 2), (*b"RWF", 0),
    (*b"SAR", 2), (*b"SBD", 2), (*b"SCR", 2), (*b"SDG", 2), (*b"SEK", 2), (*b"SGD", 2), (*b"SHP", 2),
    (*b"SLE", 2), (*b"SOS", 2), (*b"SRD", 2), (*b"SSP", 2), (*b"STN", 2), (*b"SVC", 2), (*b"SYP", 2),
    (*b"SZL", 2), (*b"THB", 2), (*b"TJS", 2), (*b"TMT", 2), (*b"TND", 3), (*b"TOP", 2), (*b"TRY", 2),
    (*b"TTD", 2), (*b"TWD", 2), (*b"TZS", 2), (*b"UAH", 2), (*b"UGX", 0), (*b"USD", 2), (*b"USN", 2),
    (*b"UYI", 0), (*b"UYU", 2), (*b"UYW", 4), (*b"UZS", 2), (*b"VED", 2), (*b"VES", 2), (*b"VND", 0),
    (*b"VUV", 0), (*b"WST", 2), (*b"XAF", 0), (*b"XCD", 2), (*b"XCG", 2), (*b"XOF", 0), (*b"XPF", 0),
    (*b"YER", 2), (*b"ZAR", 2), (*b"ZMW", 2), (*b"ZWG", 2),
];
