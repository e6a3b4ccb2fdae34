// Small words for tests of io::Store: batches of one section, keys, options that fold at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/row_database.h"
#include "engine/io/store.h"

namespace playback::store_test {

using Keys = std::vector<std::string>;
using Rows = std::vector<io::Row>;

inline io::Batch batch_of(SlotNumber slot, io::Epoch epoch, Rows puts, Keys erases = {}) {
    io::Batch batch;
    batch.sections.push_back({slot, epoch, std::move(puts), std::move(erases)});
    return batch;
}

inline Keys keys_of(const Rows& rows) {
    Keys keys;
    for (const io::Row& row : rows) keys.push_back(row.key);
    return keys;
}

// Folds and checkpoints as early and in as small steps as can be, so that every path is taken.
inline adapters::SqliteOptions eager_options() {
    adapters::SqliteOptions options;
    options.fold_keep_changes = 3;
    options.fold_keep_bytes = 4096;
    options.fold_step = 4;
    options.fold_part = 2;
    options.log_file_bytes = 2000;
    options.checkpoint_pages = 4;
    options.verify = true;
    return options;
}

}  // namespace playback::store_test
