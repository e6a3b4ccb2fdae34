#include "tools/bench_macro/append_rows.h"

#include <utility>
#include <vector>

namespace playback::bench {

Result<void> append_rows(adapters::RowDatabase& database, io::BatchSection section) {
    adapters::RowDatabase::Commit commit{{}, std::vector<Result<void>>()};
    commit.batch.sections.push_back(std::move(section));
    adapters::RowDatabase::Commit* const group[] = {&commit};
    database.commit(group);
    if (!commit.outcome) return commit.outcome.error();
    if (!commit.outcome->front()) return commit.outcome->front().error();
    while (database.upkeep() != adapters::Upkeep::none) database.maintain();
    return {};
}

}  // namespace playback::bench
