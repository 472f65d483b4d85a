//! The models that this version knows. They are not part of the program: `script/models.txt` names the registry package that
//! each ships in and the hash of its file, and a file with any other hash is not used.

use sha2::{Digest, Sha256};

use super::error::DetectError;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Finds faces.
    Faces,
    /// Finds writing.
    Text,
}

/// A model that this version can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownModel {
    /// What it is for.
    pub task: Task,
    /// Its name for people, and in the record of a proposal.
    pub name: &'static str,
    /// The name of its file.
    pub file: &'static str,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: &'static str,
}

const LIST: &str = include_str!("../../script/models.txt");

/// All models that this version can use, at most one a task.
pub fn known() -> Vec<KnownModel> {
    LIST.lines().filter_map(line).collect()
}

/// `task name package version path-in-package sha256 licence`; everything else is a comment.
fn line(text: &'static str) -> Option<KnownModel> {
    let mut words = text.split_whitespace();
    let task = match words.next()? {
        "faces" => Task::Faces,
        "text" => Task::Text,
        _ => return None,
    };
    let name = words.next()?;
    let path = words.nth(2)?;
    let sha256 = words.next()?;
    let file = path.rsplit('/').next()?;
    Some(KnownModel { task, name, file, sha256 })
}

/// Which model these bytes are.
///
/// # Errors
/// [`DetectError::UnknownModel`], with `file` as its name.
pub fn recognised(bytes: &[u8], file: &str) -> Result<KnownModel, DetectError> {
    let sha256 = hex::encode(Sha256::digest(bytes));
    known()
        .into_iter()
        .find(|model| model.sha256 == sha256)
        .ok_or_else(|| DetectError::UnknownModel { file: file.to_owned(), sha256 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read() {
        let mut tasks: Vec<Task> = known().iter().map(|model| model.task).collect();
        tasks.sort();
        assert_eq!(tasks, [Task::Faces, Task::Text]);
        for model in known() {
            assert!(model.sha256.len() == 64 && hex::decode(model.sha256).is_ok(), "{model:?}");
            assert!(model.file.ends_with(".onnx"), "{model:?}");
        }
    }

    #[test]
    fn any_other_file_is_refused() {
        let error = recognised(b"no model", "centerface.onnx").unwrap_err();
        assert!(error.to_string().contains("centerface.onnx"), "{error}");
    }
}
