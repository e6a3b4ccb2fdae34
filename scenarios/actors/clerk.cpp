#include "scenarios/actors/clerk.h"

#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

// A call that was lost may have been heard; one whose status is an internal error, too.
NameOutcome outcome_of(const Result<HttpAnswer>& answer) {
    if (!answer)
        return answer.error().code == Errc::unknown_outcome ? NameOutcome::unknown
                                                            : NameOutcome::refused;
    if (answer->ok()) return NameOutcome::done;
    return answer->status >= 500 ? NameOutcome::unknown : NameOutcome::refused;
}

}  // namespace

Clerk::Clerk(const io::Io& io, ClerkOptions options, Observer& observer)
    : io_(io),
      options_(std::move(options)),
      observer_(observer),
      http_(io_, options_.target),
      signal_(io_.clock) {
}

io::Task<void> Clerk::work() {
    while (!is_stopped_) {
        if (orders_.empty()) {
            co_await signal_.wait();
            continue;
        }
        Order order = std::move(orders_.front());
        orders_.pop_front();
        co_await obey(std::move(order));
    }
}

void Clerk::order(Task task, std::string name) {
    orders_.push_back({task, std::move(name)});
    signal_.notify_all();
}

void Clerk::stop() {
    is_stopped_ = true;
    signal_.notify_all();
}

io::Task<void> Clerk::obey(Order order) {
    if (order.task == Task::hire) {
        co_await hire();
    } else if (developer_ == 0) {
        co_return;  // nobody to name, try or dismiss
    } else if (order.task == Task::name) {
        co_await give_name(std::move(order.name));
    } else if (order.task == Task::visit) {
        co_await visit(std::move(order.name));
    } else {
        co_await dismiss();
    }
}

io::Task<void> Clerk::hire() {
    Result<HttpAnswer> answer = co_await call("support", "create-developer", "{}");
    if (!answer || !answer->ok()) co_return;
    std::uint64_t developer = 0;
    std::string password;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "user_id")
            developer = in.id();
        else if (name == "password")
            password = in.string();
    });
    developer_ = developer;
    password_ = std::move(password);
    names_.clear();
    lost_dismissals_.clear();
}

io::Task<void> Clerk::give_name(std::string name) {
    const std::uint64_t developer = developer_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("developer_user_id").id(developer).key("alias").string(name).end_object();
    names_.insert(name);
    const Instant left = observer_.moment();
    observer_.name_called(NameDeed::grant, name, developer, left, NameOutcome::unknown);
    for (const Instant when : lost_dismissals_)
        observer_.name_called(NameDeed::dismiss, name, developer, when, NameOutcome::unknown);
    Result<HttpAnswer> answer = co_await call("support", "create-developer-alias", std::move(body));
    observer_.name_called(NameDeed::grant, name, developer, left, outcome_of(answer));
}

// By the name, with the password of the developer hired last: is it his?
io::Task<void> Clerk::visit(std::string name) {
    const std::uint64_t developer = developer_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(name).key("password").string(password_).end_object();
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer = co_await call("developer", "create-token", std::move(body));
    NameOutcome outcome = outcome_of(answer);
    const bool is_no = answer && (answer->status == 401 || answer->status == 404);
    if (outcome == NameOutcome::refused && !is_no) outcome = NameOutcome::unknown;
    observer_.name_called(NameDeed::enter, name, developer, left, outcome);
}

io::Task<void> Clerk::dismiss() {
    const std::uint64_t developer = developer_;
    const std::set<std::string> names = names_;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(std::to_string(developer)).end_object();
    const Instant left = observer_.moment();
    for (const std::string& name : names)
        observer_.name_called(NameDeed::dismiss, name, developer, left, NameOutcome::unknown);
    Result<HttpAnswer> answer = co_await call("support", "delete-developer", std::move(body));
    const NameOutcome outcome = outcome_of(answer);
    if (outcome == NameOutcome::unknown) lost_dismissals_.push_back(left);
    for (const std::string& name : names)
        observer_.name_called(NameDeed::dismiss, name, developer, left, outcome);
}

io::Task<bool> Clerk::log_in() {
    if (!token_.empty()) co_return true;
    std::string body;
    wire::JsonWriter out(body);
    out.object().key("user").string(options_.support_user);
    out.key("password").string(options_.support_password).end_object();
    token_at_ = observer_.moment();
    Result<HttpAnswer> answer = co_await call("", "create-token", std::move(body));
    if (!answer || !answer->ok()) co_return false;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "raw_token") token_ = in.string();
    });
    co_return !token_.empty();
}

// A role of "" is the desk's own login; that of a developer needs no token.
io::Task<Result<HttpAnswer>> Clerk::call(std::string_view role,
                                         std::string_view method,
                                         std::string body) {
    const bool needs_token = role == "support";
    if (needs_token) {
        const bool is_in = co_await log_in();
        if (!is_in) co_return Error{Errc::refused, "the desk cannot log in"};
    }
    HttpCall call;
    call.path = path_of(role.empty() ? "support" : role, method);
    if (needs_token) call.token = token_;
    call.body = std::move(body);
    call.patience = options_.patience;
    const Instant left = observer_.moment();
    Result<HttpAnswer> answer = co_await http_.call(std::move(call));
    observer_.called(method, answer ? answer->status : 0);
    const std::string caller = "clerk " + std::to_string(options_.number);
    CallSeen seen;
    seen.caller = caller;
    seen.method = method;
    seen.left = left;
    seen.has_token = needs_token;
    seen.token_at = token_at_;
    show_answer(answer, seen);
    observer_.call_seen(seen);
    if (answer && needs_token && answer->status == 401) token_.clear();
    co_return answer;
}

}  // namespace playback::scenarios
