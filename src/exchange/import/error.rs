//! Why a zip cannot be imported, or a panorama of it cannot be made.

use crate::base::{ErrorKind, Fault};
use crate::imaging::ImagingError;

/// An error of an import. Names of files are shortened and harmless.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no zip, or its directory is damaged.
    #[error("the zip cannot be read ({reason}); make it again, or upload it again")]
    Zip {
        /// The reader's words.
        reason: String,
    },
    /// More files than allowed.
    #[error("the zip has {found} entries, more than the {most} allowed; zip only the project")]
    TooManyEntries {
        /// How many there are.
        found: u64,
        /// How many there may be.
        most: u64,
    },
    /// It would become too large.
    #[error("unpacked, the zip would have {size}, more than the {most} allowed")]
    TooLarge {
        /// MiB of all files together.
        size: String,
        /// MiB allowed.
        most: String,
    },
    /// One file is too large for what it is.
    #[error("the entry '{entry}' would have {size}, more than the {most} allowed for it")]
    EntryTooLarge {
        /// Its path.
        entry: String,
        /// MiB of it.
        size: String,
        /// MiB allowed.
        most: String,
    },
    /// A file is packed more densely than real files can be.
    #[error(
        "the entry '{entry}' becomes {ratio} times as large as it is packed, more than {most} times: no real file does"
    )]
    Ratio {
        /// Its path.
        entry: String,
        /// Unpacked by packed size.
        ratio: u64,
        /// The most allowed.
        most: u64,
    },
    /// A path that leads out of the project, or that cannot be understood.
    #[error(
        "the entry '{entry}' has a path that is not allowed (absolute, with '..', too deep or too long)"
    )]
    Path {
        /// Its path.
        entry: String,
    },
    /// A link instead of a file.
    #[error("the entry '{entry}' is a symbolic link; put the file itself into the zip")]
    Link {
        /// Its path.
        entry: String,
    },
    /// A file that needs a password.
    #[error("the entry '{entry}' is encrypted; make the zip without a password")]
    Encrypted {
        /// Its path.
        entry: String,
    },
    /// A file that cannot be unpacked.
    #[error("the entry '{entry}' is damaged ({reason}); make the zip again, or upload it again")]
    Damaged {
        /// Its path.
        entry: String,
        /// The reader's words.
        reason: String,
    },
    /// Nothing that a tool we know has written.
    #[error("the zip has no project of the Marzipano Tool, Pannellum or Photo Sphere Viewer")]
    NoProject,
    /// There is a project and it cannot be read.
    #[error("'{file}' cannot be read: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Where and why.
        reason: String,
    },
    /// There is a project, and none of its panoramas is in the zip.
    #[error(
        "the project has {scenes} scenes, and of none are all pictures in the zip (the first lacks '{example}')"
    )]
    NoScenes {
        /// How many scenes it has.
        scenes: usize,
        /// The first file or address that is not there.
        example: String,
    },
    /// There is no such scene.
    #[error("the project has no scene {0}")]
    NoSuchScene(usize),
    /// A picture cannot be used.
    #[error("the picture '{entry}': {error}")]
    Picture {
        /// Its path.
        entry: String,
        /// Why.
        #[source]
        error: ImagingError,
    },
    /// Pictures that do not fit one another.
    #[error("the picture '{entry}' is {width}×{height}, which does not fit its place")]
    Size {
        /// Its path.
        entry: String,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// The panorama cannot be written.
    #[error(transparent)]
    Output(#[from] ImagingError),
}

impl Fault for ImportError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooManyEntries { .. } | Self::TooLarge { .. } | Self::EntryTooLarge { .. } => {
                ErrorKind::TooLarge
            }
            Self::Picture { error, .. } | Self::Output(error) => error.kind(),
            Self::NoSuchScene(_) => ErrorKind::NotFound,
            _ => ErrorKind::Invalid,
        }
    }

    fn slug(&self) -> &'static str {
        match self {
            Self::Zip { .. } => "import-zip",
            Self::TooManyEntries { .. } => "import-too-many-entries",
            Self::TooLarge { .. } => "import-too-large",
            Self::EntryTooLarge { .. } => "import-entry-too-large",
            Self::Ratio { .. } => "import-ratio",
            Self::Path { .. } => "import-path",
            Self::Link { .. } => "import-link",
            Self::Encrypted { .. } => "import-encrypted",
            Self::Damaged { .. } => "import-damaged",
            Self::NoProject => "import-no-project",
            Self::Unreadable { .. } => "import-unreadable",
            Self::NoScenes { .. } => "import-no-scenes",
            Self::NoSuchScene(_) => "import-no-such-scene",
            Self::Picture { .. } => "import-picture",
            Self::Size { .. } => "import-size",
            Self::Output(error) => error.slug(),
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Zip { reason } => vec![("reason", reason.clone())],
            Self::TooManyEntries { found, most } => {
                vec![("found", found.to_string()), ("most", most.to_string())]
            }
            Self::TooLarge { size, most } => vec![("size", size.clone()), ("most", most.clone())],
            Self::EntryTooLarge { entry, size, most } => {
                vec![("entry", entry.clone()), ("size", size.clone()), ("most", most.clone())]
            }
            Self::Ratio { entry, ratio, most } => vec![
                ("entry", entry.clone()),
                ("ratio", ratio.to_string()),
                ("most", most.to_string()),
            ],
            Self::Path { entry } | Self::Link { entry } | Self::Encrypted { entry } => {
                vec![("entry", entry.clone())]
            }
            Self::Damaged { entry, reason } => {
                vec![("entry", entry.clone()), ("reason", reason.clone())]
            }
            Self::Unreadable { file, reason } => {
                vec![("file", file.clone()), ("reason", reason.clone())]
            }
            Self::NoProject => Vec::new(),
            Self::NoScenes { scenes, example } => {
                vec![("scenes", scenes.to_string()), ("example", example.clone())]
            }
            Self::NoSuchScene(number) => vec![("number", number.to_string())],
            Self::Picture { entry, error } => {
                vec![("entry", entry.clone()), ("reason", error.to_string())]
            }
            Self::Size { entry, width, height } => vec![
                ("entry", entry.clone()),
                ("width", width.to_string()),
                ("height", height.to_string()),
            ],
            Self::Output(error) => error.args(),
        }
    }
}
