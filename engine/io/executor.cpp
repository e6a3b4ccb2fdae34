#include "engine/io/executor.h"

namespace playback::io {

Suspension::Suspension(Scheduler& scheduler) : scheduler_(scheduler), previous_(scheduler.last_) {
    if (previous_ != nullptr)
        previous_->next_ = this;
    else
        scheduler_.first_ = this;
    scheduler_.last_ = this;
}

Suspension::~Suspension() {
    if (previous_ != nullptr)
        previous_->next_ = next_;
    else
        scheduler_.first_ = next_;
    if (next_ != nullptr)
        next_->previous_ = previous_;
    else
        scheduler_.last_ = previous_;
    if (resumer_ != nullptr) resumer_->suspension_ = nullptr;
}

std::unique_ptr<Operation> ResumerBase::take() {
    CHECK(suspension_ != nullptr);
    Suspension* const taken = std::exchange(suspension_, nullptr);
    taken->resumer_ = nullptr;
    taken->queued_ = true;
    return std::unique_ptr<Operation>(taken);
}

Scheduler::~Scheduler() {
    CHECK(first_ == nullptr);
}

void Scheduler::destroy_suspended() {
    stopping_ = true;
    for (Suspension* current = first_; current != nullptr;) {
        if (current->queued_) {  // owned by the world's queue, destroyed there
            current = current->next_;
            continue;
        }
        delete current;
        current = first_;  // frames destroyed with it may have taken neighbours along
    }
}

}  // namespace playback::io
