//! Parameters of a query or a form. A repeated parameter is refused (RFC 6749 section 3.1):
//! two components that each read another copy of `redirect_uri` are an old attack.

use percent_encoding::percent_decode_str;

/// The parameters of one request, each at most once.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

/// Why a query or form can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// A parameter stands there twice.
    #[error("a parameter is repeated")]
    Repeated,
    /// More parameters than any request of ours has.
    #[error("too many parameters")]
    TooMany,
    /// Percent-encoding that is not UTF-8, or a control character.
    #[error("a parameter is not UTF-8 text")]
    NotText,
}

/// More than any honest request carries; a bound on what a flood can make us allocate.
const MOST_PARAMETERS: usize = 64;

/// May stand there more than once (RFC 8707 section 2, RFC 8693 section 2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

impl Parameters {
    /// Parses `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// [`ParametersError`]: what was read is thrown away as a whole.
    pub fn parse(encoded: &str) -> Result<Self, ParametersError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for piece in encoded.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if pairs.len() >= MOST_PARAMETERS {
                return Err(ParametersError::TooMany);
            }
            if !REPEATABLE.contains(&name.as_str()) && pairs.iter().any(|(known, _)| *known == name)
            {
                return Err(ParametersError::Repeated);
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// Parses like [`Parameters::parse`], leaving out what is not text. Only for finding out,
    /// after a refusal, whether client and redirect_uri can be proved, so that the refusal
    /// can be sent there: a name that is repeated, or has a value that is not text, is not
    /// returned at all.
    #[must_use]
    pub fn parse_unambiguous(encoded: &str) -> Self {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut unclear: Vec<String> = Vec::new();
        for piece in encoded.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let Ok(name) = decode(name) else {
                continue;
            };
            let Ok(value) = decode(value) else {
                unclear.push(name);
                continue;
            };
            if pairs.len() >= MOST_PARAMETERS {
                return Self::default();
            }
            if pairs.iter().any(|(known, _)| *known == name) {
                unclear.push(name);
            } else {
                pairs.push((name, value));
            }
        }
        pairs.retain(|(name, _)| !unclear.contains(name));
        Self { pairs }
    }

    /// The value of a parameter. One without a value counts as left out (RFC 6749 3.1).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

fn decode(encoded: &str) -> Result<String, ParametersError> {
    let spaced = encoded.replace('+', " ");
    let text = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| ParametersError::NotText)?;
    if text.contains('\0') {
        return Err(ParametersError::NotText);
    }
    Ok(text.into_owned())
}
