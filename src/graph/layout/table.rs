//! Reading and writing rows of numbers by place without a panic: a place that is not there reads as the default.

/// Values found by a number given out earlier.
pub(super) trait Table<T> {
    fn at(&self, place: usize) -> T
    where
        T: Copy + Default;
    /// Does nothing where the place is not there.
    fn put(&mut self, place: usize, value: T);
}

/// Lists found by a number given out earlier.
pub(super) trait Lists<T> {
    /// The list at a place; empty where there is none.
    fn list(&self, place: usize) -> &[T];
    fn add(&mut self, place: usize, value: T);
}

impl<T> Table<T> for [T] {
    fn at(&self, place: usize) -> T
    where
        T: Copy + Default,
    {
        self.get(place).copied().unwrap_or_default()
    }

    fn put(&mut self, place: usize, value: T) {
        if let Some(slot) = self.get_mut(place) {
            *slot = value;
        }
    }
}

impl<T> Lists<T> for [Vec<T>] {
    fn list(&self, place: usize) -> &[T] {
        self.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, place: usize, value: T) {
        if let Some(list) = self.get_mut(place) {
            list.push(value);
        }
    }
}
