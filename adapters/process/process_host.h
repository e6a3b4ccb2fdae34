// ProcessHost: runs game runtimes as processes of this machine ("process:" address).
//
// For development and for machines without Docker. An image is a name that the configuration maps
// to an executable. Of a spec, the environment and the memory limit count (looked at four times a
// second: the process that keeps more resident is killed, "out of memory"); the CPU limit and the
// network do not: processes share the machine. They end with the node; what an earlier node left is
// listed, as running or as exited, from the records in `directory` (adapters/process/records.h).
// A process that forks must mind its own children if the node is killed by force; in every other
// case its whole process group ends with it.
//
// All work happens on one thread (adapters/process/keeper.h); this object belongs to the loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/io/clock.h"
#include "engine/io/container_host.h"

namespace playback::adapters {

struct ProcessHostOptions {
    std::string directory;  // of records and logs; made if need be
    // Name of an image to path of an executable. A name without a tag is for each of its tags, "*"
    // for every image that has no name here.
    std::map<std::string, std::string> images;
    // Refuse memory to a process far over its limit (RLIMIT_DATA). Off for programs that reserve
    // much and use little, such as those built with sanitizers.
    bool hard_memory_limit = true;
};

namespace process {
class Keeper;
}

class ProcessHost final : public io::ContainerHost {
public:
    // Runs a function on the loop's thread; called from another. What it is given may be destroyed
    // unrun when the loop has stopped.
    using PostToLoop = std::function<void(std::move_only_function<void()>)>;

    // Fails with in_use (another node has the directory) or io_failed. `clock` outlives this.
    static Result<std::unique_ptr<ProcessHost>> open(ProcessHostOptions options,
                                                     io::Clock& clock,
                                                     PostToLoop post_to_loop);
    ~ProcessHost() override;  // kills what still runs

    io::Task<Result<void>> ping(Instant deadline) override;
    io::Task<Result<void>> pull(std::string image,
                                std::string registry_token,
                                Instant deadline) override;
    io::Task<Result<void>> start(io::ContainerSpec spec, Instant deadline) override;
    io::Task<Result<void>> remove(std::string name, Duration grace, Instant deadline) override;
    io::Task<Result<io::ContainerList>> list(std::string label,
                                             std::string value,
                                             Instant deadline) override;
    io::Task<Result<std::string>> logs(std::string name,
                                       std::size_t bytes_max,
                                       Instant deadline) override;
    io::Task<void> wait_for_change(std::uint64_t seen, Instant deadline) override;
    void end_waits() override;

    // Another process minds the containers from now on, though those that this one started live
    // only as long as it does (Keeper::leave, come_back, outlive).
    io::Task<Result<void>> leave(Instant deadline);
    io::Task<Result<void>> come_back(Instant deadline);
    void outlive(int lifeline);

private:
    struct Changes;
    template <class T>
    struct Call;
    template <class T>
    using Answer = std::move_only_function<void(Result<T>)>;
    template <class T>
    using Question = std::move_only_function<void(process::Keeper&, Answer<T>)>;

    ProcessHost(ProcessHostOptions options, io::Clock& clock, PostToLoop post_to_loop);

    template <class T>
    io::Task<Result<T>> ask(Question<T> question, Instant deadline);
    [[nodiscard]] Result<std::string> path_of(const std::string& image) const;

    ProcessHostOptions options_;
    io::Clock& clock_;
    PostToLoop post_to_loop_;
    std::shared_ptr<Changes> changes_;  // also held by what is on its way to the loop
    std::unique_ptr<process::Keeper> keeper_;
};

}  // namespace playback::adapters
