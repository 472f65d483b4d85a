//! What every store must do, on local files and on a real S3 server.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use kanfang::base::id::UploadId;
use kanfang::base::{Blake3, ErrorKind, Fault};
use kanfang::blob::{BlobError, Blobs, ByteStream, Key, Partial, Put, Settings};

use crate::s3::S3;

/// The stores under test, with what keeps them alive.
struct Stores {
    local: Blobs,
    s3: Blobs,
    folder: tempfile::TempDir,
    _server: S3,
}

impl Stores {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file:{}", folder.path().join("objects").display());
        let settings = Settings { url, cache_bytes: 1 << 20, ..Settings::default() };
        let server = S3::start().await;
        Self {
            local: Blobs::open(&settings).unwrap(),
            s3: Blobs::open(&server.settings()).unwrap(),
            folder,
            _server: server,
        }
    }

    fn both(&self) -> [(&'static str, &Blobs); 2] {
        [("local files", &self.local), ("S3", &self.s3)]
    }
}

/// Bytes that differ everywhere, so that a shifted or repeated part is seen.
fn bytes(length: usize, seed: u32) -> Bytes {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect::<Vec<_>>()
        .into()
}

fn pieces(bytes: &Bytes, size: usize) -> ByteStream {
    let list: Vec<_> = bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    futures_util::stream::iter(list).boxed()
}

async fn all(stream: ByteStream) -> Vec<u8> {
    stream.map_ok(|piece| piece.to_vec()).try_concat().await.unwrap()
}

#[tokio::test]
async fn objects_are_put_once_and_read_back_whole_and_in_ranges() {
    let stores = Stores::start().await;
    for (name, blobs) in stores.both() {
        let content = bytes(100_000, 1);
        let key = Key::original(&Blake3::of(&content));
        assert!(blobs.head(&key).await.unwrap().is_none(), "{name}");
        assert_eq!(blobs.put(&key, content.clone()).await.unwrap(), Put::Stored, "{name}");
        assert_eq!(
            blobs.put(&key, Bytes::from_static(b"other")).await.unwrap(),
            Put::AlreadyThere,
            "{name}"
        );
        assert_eq!(blobs.read(&key).await.unwrap(), content, "{name}");
        assert_eq!(blobs.head(&key).await.unwrap().unwrap().size, 100_000, "{name}");
        for _twice_to_meet_the_cache in 0..2 {
            assert_eq!(blobs.read_range(&key, 10..20).await.unwrap(), content[10..20], "{name}");
            assert_eq!(
                blobs.read_range(&key, 99_990..100_000).await.unwrap(),
                content[99_990..],
                "{name}"
            );
        }
        for beyond in [99_999..100_001, 200_000..200_010] {
            let error = blobs.read_range(&key, beyond.clone()).await.unwrap_err();
            assert!(matches!(error, BlobError::Short { .. }), "{name} {beyond:?}: {error}");
        }
        let (size, stream) = blobs.stream(&key, Some(50..70_000)).await.unwrap();
        assert_eq!(size, 100_000, "{name}");
        assert_eq!(all(stream).await, content[50..70_000], "{name}");
    }
}

#[tokio::test]
async fn large_objects_go_in_parts_and_come_back_whole() {
    let stores = Stores::start().await;
    for (name, blobs) in stores.both() {
        let content = bytes((20 << 20) + 17, 2);
        let key = Key::original(&Blake3::of(&content));
        assert_eq!(
            blobs.put_stream(&key, pieces(&content, 700_001)).await.unwrap(),
            Put::Stored,
            "{name}"
        );
        assert_eq!(
            blobs.put_stream(&key, pieces(&content, 700_001)).await.unwrap(),
            Put::AlreadyThere
        );
        let (size, stream) = blobs.stream(&key, None).await.unwrap();
        assert_eq!(size, content.len() as u64);
        assert_eq!(Blake3::of(&all(stream).await), Blake3::of(&content), "{name}");
        // Across the border of two parts.
        let border = (8 << 20) - 5..(8 << 20) + 5;
        let range = border.start as u64..border.end as u64;
        assert_eq!(blobs.read_range(&key, range).await.unwrap(), content[border], "{name}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_leaves_nothing_behind() {
    let stores = Stores::start().await;
    for (name, blobs) in stores.both() {
        for length in [1000, 12 << 20] {
            let key = Key::pack(&format!("broken-{length}")).unwrap();
            let broken = BlobError::Source { place: key.to_string(), reason: "test".to_owned() };
            let stream = pieces(&bytes(length, 3), 65_536)
                .chain(futures_util::stream::iter([Err(broken)]))
                .boxed();
            assert!(blobs.put_stream(&key, stream).await.is_err(), "{name}");
            assert!(blobs.head(&key).await.unwrap().is_none(), "{name}");
        }
        assert_eq!(blobs.list("packs").count().await, 0, "{name}");
    }
}

#[tokio::test]
async fn files_are_stored_listed_opened_and_deleted() {
    let stores = Stores::start().await;
    for (name, blobs) in stores.both() {
        let content = bytes(3 << 20, 4);
        let file = stores.folder.path().join("local.jpg");
        std::fs::write(&file, &content).unwrap();
        let key = Key::original(&Blake3::of(&content));
        assert_eq!(blobs.put_file(&key, &file).await.unwrap(), Put::Stored, "{name}");
        assert_eq!(blobs.put_file(&key, &file).await.unwrap(), Put::AlreadyThere, "{name}");
        std::fs::remove_file(&file).unwrap();
        let pack = Key::pack("one").unwrap();
        blobs.put(&pack, Bytes::from_static(b"pack")).await.unwrap();
        let found: Vec<_> = blobs.list("originals").try_collect().await.unwrap();
        assert_eq!(
            found.iter().map(|meta| (&meta.key, meta.size)).collect::<Vec<_>>(),
            [(&key, 3 << 20)],
            "{name}"
        );
        let mut opened = blobs.open_file(&key, stores.folder.path()).await.unwrap();
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut opened, &mut read).unwrap();
        assert_eq!(read, content, "{name}");
        blobs.delete(&key).await.unwrap();
        blobs.delete(&key).await.unwrap();
        let error = blobs.read(&key).await.unwrap_err();
        assert!(error.is_missing() && error.kind() == ErrorKind::NotFound, "{name}: {error}");
        assert!(blobs.read_range(&key, 0..5).await.unwrap_err().is_missing(), "{name}");
        assert!(blobs.stream(&key, None).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn an_upload_grows_by_synced_pieces_and_forgets_the_rest() {
    let stores = Stores::start().await;
    for (name, blobs) in stores.both() {
        let content = bytes(10 << 20, 5);
        let id = UploadId::new();
        let mut objects = Vec::new();
        let mut writer = blobs.write_partial(id).await.unwrap();
        writer.start_at(0).await.unwrap();
        writer.write(&content[..1_000_000]).await.unwrap();
        objects.extend(writer.sync().await.unwrap().into_iter().filter_map(|piece| piece.object));
        // Taken in, never synced, as after a crash.
        writer.write(b"lost").await.unwrap();
        drop(writer);
        let mut writer = blobs.write_partial(id).await.unwrap();
        writer.start_at(1_000_000).await.unwrap();
        for piece in content[1_000_000..].chunks(60_000) {
            writer.write(piece).await.unwrap();
        }
        objects.extend(writer.sync().await.unwrap().into_iter().filter_map(|piece| piece.object));
        assert_eq!(writer.sync().await.unwrap(), []);
        assert_eq!(writer.synced(), content.len() as u64);
        let partial = Partial { id, length: content.len() as u64, objects };
        assert_eq!(
            blobs.partial_length(id, partial.length).await.unwrap(),
            partial.length,
            "{name}"
        );
        let read = all(blobs.read_partials(vec![partial.clone()])).await;
        assert_eq!(Blake3::of(&read), Blake3::of(&content), "{name}");
        let key = Key::original(&Blake3::of(&content));
        assert_eq!(
            blobs.put_partials(&key, vec![partial.clone()]).await.unwrap(),
            Put::Stored,
            "{name}"
        );
        let twice = Key::pack("twice").unwrap();
        blobs.put_partials(&twice, vec![partial.clone(), partial]).await.unwrap();
        blobs.delete_partial(id).await.unwrap();
        blobs.delete_partial(id).await.unwrap();
        assert_eq!(blobs.list("uploads").count().await, 0, "{name}");
        assert_eq!(Blake3::of(&blobs.read(&key).await.unwrap()), Blake3::of(&content), "{name}");
        assert_eq!(blobs.read(&twice).await.unwrap().len(), content.len() * 2, "{name}");
    }
}

#[tokio::test]
async fn two_writers_of_one_local_file_exclude_each_other() {
    let stores = Stores::start().await;
    let id = UploadId::new();
    let first = stores.local.write_partial(id).await.unwrap();
    let second = stores.local.write_partial(id).await;
    assert!(matches!(second, Err(BlobError::Locked(_))));
    drop(first);
    stores.local.write_partial(id).await.unwrap();
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_not_internal() {
    let settings = Settings {
        url: "s3://kanfang".to_owned(),
        endpoint: "http://127.0.0.1:9".to_owned(),
        region: "us-east-1".to_owned(),
        access_key: "k".to_owned(),
        secret_key: "s".to_owned(),
        cache_bytes: 0,
    };
    let blobs = Blobs::open(&settings).unwrap();
    let error = blobs.read(&Key::pack("x").unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[test]
fn unknown_store_addresses_are_refused() {
    for url in ["", "ftp://x", "s3://ab", "objects"] {
        let settings = Settings { url: url.to_owned(), ..Settings::default() };
        assert!(matches!(Blobs::open(&settings), Err(BlobError::Address(_))), "{url}");
    }
}
