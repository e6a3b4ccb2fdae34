// Scale: from time to a place and back. `true` time is linear; `steps` time gives each instant at
// which anything happens its room, and a pause no more than a few steps: 30 s of waiting and 20 us of
// work are both readable.
class Scale {
  constructor(times, mode) {
    this.times = [...new Set(times)].sort((a, b) => a - b);
    if (this.times.length === 0) this.times = [0];
    this.places = [0];
    for (let i = 1; i < this.times.length; ++i)
      this.places.push(this.places[i - 1] + Scale.room(this.times[i] - this.times[i - 1], mode));
  }

  static room(gap, mode) {
    if (mode === 'true') return gap / 1e7;
    return Math.min(3.2, 0.42 + 0.55 * Math.log10(1 + gap / 1e5));
  }

  get length() { return this.places[this.places.length - 1]; }

  static between(from, to, value) {
    let low = 0, high = from.length - 1;
    if (value <= from[0]) return to[0] + (value - from[0]) * 1e-7;
    if (value >= from[high]) return to[high] + (value - from[high]) * 1e-7;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (from[middle] <= value) low = middle; else high = middle;
    }
    const span = from[high] - from[low];
    return to[low] + (span === 0 ? 0 : (value - from[low]) / span) * (to[high] - to[low]);
  }

  place(time) { return Scale.between(this.times, this.places, time); }
  time(place) {
    const last = this.places.length - 1;
    if (place <= 0) return this.times[0];
    if (place >= this.places[last]) return this.times[last];
    return Scale.between(this.places, this.times, place);
  }
}

// View: the part of a scale that is seen, shared by all pictures that must move together.
class View {
  constructor(scale) {
    this.scale = scale;
    this.from = 0;
    this.to = Math.max(scale.length, 1);
    this.watchers = [];
  }

  get margin() { return Math.max(0.6, (this.to - this.from) * 0.02); }

  show(from, to) {
    const least = 3, most = this.scale.length * 1.06 + 2;
    let width = Math.min(Math.max(to - from, least), most);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - width / 2, -0.03 * this.scale.length - 1),
                         this.scale.length * 1.03 + 1 - width);
    this.to = this.from + width;
    for (const watcher of this.watchers) watcher();
  }
  fit() { this.show(-1, this.scale.length + 1); }
  zoom(factor, around) {
    const at = around === undefined ? (this.from + this.to) / 2 : around;
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }
  pan(by) { this.show(this.from + by, this.to + by); }
  // So that `time` is seen.
  reveal(time) {
    const place = this.scale.place(time), width = this.to - this.from;
    if (place > this.from + 0.05 * width && place < this.to - 0.08 * width) return;
    this.show(place - width / 2, place + width / 2);
  }
  // The same times on another scale.
  rescale(scale) {
    const from = this.scale.time(this.from), to = this.scale.time(this.to);
    const all = this.to - this.from >= this.scale.length;
    this.scale = scale;
    if (all) this.fit(); else this.show(scale.place(from), scale.place(to));
  }
}
