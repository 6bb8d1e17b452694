use std::future::Future;

use patchbay_domain::Error;
use prost::Message;

/// A page ends before the entry that would exceed this size. It therefore fits into one message, whatever its entries contain.
const MAX_BYTES: usize = 3 * 1024 * 1024;
/// Number of entries that are in memory beside the page.
const FETCHED_AT_ONCE: usize = 20;

/// A page of at most `limit` entries that may be large, and whether there are more. The next page begins behind the entries
/// that are returned. `fetch` returns the entries from an offset, at most a number of them.
pub async fn bounded_page<T, F>(
    offset: i64,
    limit: usize,
    fetch: impl Fn(i64, i64) -> F,
) -> Result<(Vec<T>, bool), Error>
where
    T: Message,
    F: Future<Output = Result<Vec<T>, Error>>,
{
    let (mut entries, mut bytes) = (Vec::new(), 0);
    loop {
        // One more than the limit shows whether there are more.
        let wanted = FETCHED_AT_ONCE.min(limit + 1 - entries.len());
        let fetched = fetch(offset.saturating_add(entries.len() as i64), wanted as i64).await?;
        let is_end = fetched.len() < wanted;
        for entry in fetched {
            bytes += entry.encoded_len();
            if entries.len() == limit || (bytes > MAX_BYTES && !entries.is_empty()) {
                return Ok((entries, true));
            }
            entries.push(entry);
        }
        if is_end {
            return Ok((entries, false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages through entries of these sizes; the number of entries of each page.
    async fn pages(limit: usize, sizes: &[usize]) -> Vec<usize> {
        let (mut pages, mut offset) = (Vec::new(), 0);
        loop {
            let fetch = |offset: i64, count: i64| async move {
                let sizes = sizes.iter().skip(offset as usize).take(count as usize);
                Ok::<_, Error>(sizes.map(|size| "x".repeat(*size)).collect::<Vec<String>>())
            };
            let (page, has_more) = bounded_page(offset, limit, fetch).await.unwrap();
            pages.push(page.len());
            offset += page.len() as i64;
            if !has_more {
                return pages;
            }
        }
    }

    #[tokio::test]
    async fn a_page_is_bounded_by_number_and_bytes_and_never_empty() {
        for (limit, sizes, expected) in [
            (100, vec![1; 250], vec![100, 100, 50]),
            (10, vec![1; 10], vec![10]),
            (10, vec![1; 11], vec![10, 1]),
            (100, vec![MAX_BYTES / 4; 9], vec![3, 3, 3]),
            (100, vec![2 * MAX_BYTES, 1, 2 * MAX_BYTES], vec![1, 1, 1]),
            (100, vec![], vec![0]),
        ] {
            assert_eq!(pages(limit, &sizes).await, expected, "{limit} of {} entries", sizes.len());
        }
    }
}
