//! Long lists that copies of an execution share: a copy costs one reference for each page, and a page is
//! copied when one of the sharers writes to it.
//!
//! Sharing has to be asked for (`share`), so that an execution nobody keeps copies of never pays for it.

use std::collections::VecDeque;
use std::sync::Arc;

/// Items of a page. The root of some thousands, where the list of pages and one page cost the same.
const PAGE: usize = 64;

/// What lies on a page and may itself hold something that can be shared.
pub(crate) trait Share: Clone {
    /// Makes the next copy cheap.
    fn share(&mut self) {}
}

/// A list that grows at its end.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T> {
    pages: Vec<Page<T>>,
}

#[derive(Clone, Debug)]
enum Page<T> {
    Own(Vec<T>),
    Shared(Arc<Vec<T>>),
}

impl<T> Default for Pages<T> {
    fn default() -> Pages<T> {
        Pages { pages: Vec::new() }
    }
}

impl<T: Share> Pages<T> {
    /// A list of `count` times the same.
    pub fn filled(count: usize, item: T) -> Pages<T> {
        let full = count / PAGE;
        let sizes = std::iter::repeat_n(PAGE, full).chain([count % PAGE]);
        Pages {
            pages: sizes
                .filter(|size| *size > 0)
                .map(|size| Page::Own(vec![item.clone(); size]))
                .collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.pages
            .last()
            .map_or(0, |last| (self.pages.len() - 1) * PAGE + last.items().len())
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        self.pages.get(index / PAGE)?.items().get(index % PAGE)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.pages
            .get_mut(index / PAGE)?
            .own()?
            .get_mut(index % PAGE)
    }

    pub fn push(&mut self, item: T) {
        if let Some(last) = self.pages.last_mut()
            && last.items().len() < PAGE
            && let Some(items) = last.own()
        {
            items.push(item);
            return;
        }
        self.pages.push(Page::Own(vec![item]));
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.items().iter())
    }
}

impl<T: Share> Share for Pages<T> {
    fn share(&mut self) {
        self.pages.iter_mut().for_each(Page::share);
    }
}

impl<T: Share> Page<T> {
    fn items(&self) -> &[T] {
        match self {
            Page::Own(items) => items,
            Page::Shared(items) => items,
        }
    }

    /// The items to be written to, copied where others share them. Always there.
    fn own(&mut self) -> Option<&mut Vec<T>> {
        if let Page::Shared(items) = self {
            *self = Page::Own(items.as_ref().clone());
        }
        match self {
            Page::Own(items) => Some(items),
            Page::Shared(_) => None,
        }
    }

    fn share(&mut self) {
        if let Page::Own(items) = self {
            items.iter_mut().for_each(Share::share);
            *self = Page::Shared(Arc::new(std::mem::take(items)));
        }
    }
}

impl<T: Share> Share for Option<T> {
    fn share(&mut self) {
        if let Some(item) = self {
            item.share();
        }
    }
}

/// A queue that is also pushed to at its front, by whoever goes on at once.
#[derive(Clone, Debug)]
pub(crate) struct Queue<T> {
    /// What comes before the pages, the first last.
    front: Vec<T>,
    pages: VecDeque<Page<T>>,
    /// Items of the first page that are gone.
    gone: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue {
            front: Vec::new(),
            pages: VecDeque::new(),
            gone: 0,
        }
    }
}

impl<T: Share> Queue<T> {
    pub fn front(&self) -> Option<&T> {
        match self.front.last() {
            None => self.pages.front()?.items().get(self.gone),
            first => first,
        }
    }

    pub fn push_front(&mut self, item: T) {
        self.front.push(item);
    }

    pub fn push_back(&mut self, item: T) {
        if self.front.is_empty() && self.pages.is_empty() {
            self.front.push(item);
            return;
        }
        if let Some(last) = self.pages.back_mut()
            && last.items().len() < PAGE
            && let Some(items) = last.own()
        {
            items.push(item);
            return;
        }
        self.pages.push_back(Page::Own(vec![item]));
    }

    pub fn pop_front(&mut self) -> Option<T> {
        if let Some(first) = self.front.pop() {
            return Some(first);
        }
        let page = self.pages.front()?.items();
        let item = page.get(self.gone)?.clone();
        self.gone += 1;
        if self.gone >= page.len() {
            self.pages.pop_front();
            self.gone = 0;
        }
        Some(item)
    }

    pub fn clear(&mut self) {
        *self = Queue::default();
    }
}

impl<T: Share> Share for Queue<T> {
    fn share(&mut self) {
        self.pages.iter_mut().for_each(Page::share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Share for usize {}

    #[test]
    fn copies_do_not_see_what_is_written_later() {
        let mut list = Pages::filled(150, 7_usize);
        list.share();
        let before = list.clone();
        if let Some(item) = list.get_mut(149) {
            *item = 1;
        }
        list.push(2);
        assert_eq!((before.len(), list.len()), (150, 151));
        assert_eq!(before.get(149), Some(&7));
        assert_eq!((list.get(149), list.get(150)), (Some(&1), Some(&2)));
        assert_eq!(list.get(151), None);
        assert_eq!(list.iter().sum::<usize>(), 149 * 7 + 3);
    }

    #[test]
    fn a_queue_keeps_its_order_on_both_sides() {
        let mut queue = Queue::default();
        let mut plain = VecDeque::new();
        for step in 0..2_000_usize {
            match step % 7 {
                0 | 3 => {
                    queue.push_front(step);
                    plain.push_front(step);
                }
                1 | 2 | 4 => {
                    queue.push_back(step);
                    plain.push_back(step);
                }
                _ => assert_eq!(queue.pop_front(), plain.pop_front()),
            }
            if step % 100 == 0 {
                queue.share();
            }
            assert_eq!(queue.front(), plain.front());
        }
        let mut copy = queue.clone();
        while let Some(item) = plain.pop_front() {
            assert_eq!(queue.pop_front(), Some(item));
            assert_eq!(copy.pop_front(), Some(item));
        }
        assert_eq!((queue.pop_front(), queue.front()), (None, None));
    }
}
