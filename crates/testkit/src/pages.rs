//! Walks through lists page by page.

use std::collections::BTreeSet;
use std::fmt::Debug;

use patchbay_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::FileDescriptorSet;

/// The fields that make a request one for a page.
const POSITIONS: [&str; 3] = ["offset", "cursor", "page"];

/// Asserts that the pages of a list contain each of its `count` rows exactly once, whatever the size of a page. `page`
/// reads the page of this size at a position (`None` is the first page), and returns its rows and the next position.
///
/// # Panics
/// If a row is missing or comes twice.
pub async fn each_row_once<R, P>(
    list: &str,
    count: usize,
    page: impl AsyncFn(Option<P>, i32) -> (Vec<R>, Option<P>),
) where
    R: Ord + Debug,
{
    for size in [1, 2, 3, 5, 7, 11, 100] {
        let mut rows = Vec::new();
        let mut position = None;
        loop {
            let (found, next) = page(position.take(), size).await;
            assert!(found.len() <= size as usize, "{list}: {} rows on a page of {size}", found.len());
            rows.extend(found);
            assert!(rows.len() <= count, "{list}, pages of {size}: more than {count} rows: {rows:?}");
            match next {
                Some(next) => position = Some(next),
                None => break,
            }
        }
        let distinct: BTreeSet<&R> = rows.iter().collect();
        assert_eq!((rows.len(), distinct.len()), (count, count), "{list}, pages of {size}: {rows:?}");
    }
}

/// The RPCs of a package, such as `patchbay.tracker.v1`, that read one page of a list.
///
/// # Panics
/// Never: the descriptors are generated.
#[must_use]
pub fn paged_rpcs(package: &str) -> BTreeSet<String> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("generated descriptors are valid");
    let files: Vec<_> = set.file.iter().filter(|file| file.package() == package).collect();
    let paged: BTreeSet<String> = files
        .iter()
        .flat_map(|file| &file.message_type)
        .filter(|message| message.field.iter().any(|field| POSITIONS.contains(&field.name())))
        .map(|message| format!(".{package}.{}", message.name()))
        .collect();
    let methods = files.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    methods
        .filter(|method| paged.contains(method.input_type()))
        .map(|method| method.name().to_owned())
        .collect()
}
