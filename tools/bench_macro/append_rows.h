// AppendRows: rows for a store that no node has open, in batches.
#pragma once

#include "adapters/sqlite/row_database.h"
#include "engine/base/result.h"
#include "engine/io/store.h"

namespace playback::bench {

// One batch, with the upkeep that belongs to it.
Result<void> append_rows(adapters::RowDatabase& database, io::BatchSection section);

}  // namespace playback::bench
