// Calls a function while what the process writes to standard error is discarded.
//
// TensorFlow's library says on standard error that it uses oneDNN while it is being loaded, before it has looked at
// TF_CPP_MIN_LOG_LEVEL: nothing but the file descriptor keeps it from that, and Node has no call that redirects one.

#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

namespace {

class StandardErrorDiscarded {
 public:
  StandardErrorDiscarded() : kept_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  ~StandardErrorDiscarded() {
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }
  StandardErrorDiscarded(const StandardErrorDiscarded&) = delete;
  StandardErrorDiscarded& operator=(const StandardErrorDiscarded&) = delete;

 private:
  const int kept_;
};

// quietly(call): what `call` returns, or throws.
Napi::Value Quietly(const Napi::CallbackInfo& info) {
  const StandardErrorDiscarded discarded;
  return info[0].As<Napi::Function>().Call({});
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("quietly", Napi::Function::New(env, Quietly));
  return exports;
}

}  // namespace

NODE_API_MODULE(quietly, Init)
