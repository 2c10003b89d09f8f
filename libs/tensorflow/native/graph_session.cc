// A TensorFlow graph and its session, driven from JavaScript.
//
// tfjs runs one operation at a time from JavaScript. A training step has some hundred small ones, so most of its time
// goes into calls rather than arithmetic. This addon lets TypeScript describe the step once, as a graph, and then run it
// as one call on a thread of its own, so that the event loop stays free for heartbeats. It knows nothing of networks:
// which operations there are is said in libs/training.

#include <napi.h>

#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace {

struct StatusDeleter {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
using Status = std::unique_ptr<TF_Status, StatusDeleter>;
struct TensorDeleter {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Tensor = std::unique_ptr<TF_Tensor, TensorDeleter>;

Status NewStatus() { return Status(TF_NewStatus()); }

void ThrowIfFailed(Napi::Env env, TF_Status* status, const std::string& doing) {
  if (TF_GetCode(status) == TF_OK) return;
  throw Napi::Error::New(env, doing + ": " + TF_Message(status));
}

TF_DataType DataTypeOf(Napi::Env env, const std::string& name) {
  if (name == "float32") return TF_FLOAT;
  if (name == "float64") return TF_DOUBLE;
  if (name == "int32") return TF_INT32;
  if (name == "int64") return TF_INT64;
  if (name == "uint8") return TF_UINT8;
  if (name == "bool") return TF_BOOL;
  if (name == "resource") return TF_RESOURCE;
  throw Napi::TypeError::New(env, "unknown dtype '" + name + "': float32, float64, int32, int64, uint8, bool or resource");
}

const char* NameOf(TF_DataType type) {
  switch (type) {
    case TF_FLOAT: return "float32";
    case TF_DOUBLE: return "float64";
    case TF_INT32: return "int32";
    case TF_INT64: return "int64";
    case TF_UINT8: return "uint8";
    default: return "unsupported";
  }
}

std::vector<int64_t> ShapeOf(const Napi::Array& array) {
  std::vector<int64_t> shape(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) shape[i] = array.Get(i).As<Napi::Number>().Int64Value();
  return shape;
}

// Copies { dtype, shape, data } into a tensor that TensorFlow owns.
Tensor TensorFrom(Napi::Env env, const Napi::Object& value) {
  const TF_DataType type = DataTypeOf(env, value.Get("dtype").As<Napi::String>());
  const std::vector<int64_t> shape = ShapeOf(value.Get("shape").As<Napi::Array>());
  const auto data = value.Get("data").As<Napi::TypedArray>();
  size_t elements = 1;
  for (int64_t size : shape) elements *= static_cast<size_t>(size);
  const size_t bytes = elements * TF_DataTypeSize(type);
  if (bytes != data.ByteLength()) {
    throw Napi::RangeError::New(env, "a tensor's shape asks for " + std::to_string(bytes) + " bytes, its data has " +
                                         std::to_string(data.ByteLength()));
  }
  Tensor tensor(TF_AllocateTensor(type, shape.data(), static_cast<int>(shape.size()), bytes));
  std::memcpy(TF_TensorData(tensor.get()),
              static_cast<const char*>(data.ArrayBuffer().Data()) + data.ByteOffset(), bytes);
  return tensor;
}

Napi::Value ToJavaScript(Napi::Env env, TF_Tensor* tensor) {
  const TF_DataType type = TF_TensorType(tensor);
  const size_t bytes = TF_TensorByteSize(tensor);
  auto buffer = Napi::ArrayBuffer::New(env, bytes);
  std::memcpy(buffer.Data(), TF_TensorData(tensor), bytes);
  auto shape = Napi::Array::New(env, TF_NumDims(tensor));
  for (int i = 0; i < TF_NumDims(tensor); i++) shape.Set(i, Napi::Number::New(env, TF_Dim(tensor, i)));
  auto result = Napi::Object::New(env);
  result.Set("dtype", NameOf(type));
  result.Set("shape", shape);
  switch (type) {
    case TF_FLOAT: result.Set("data", Napi::Float32Array::New(env, bytes / 4, buffer, 0)); break;
    case TF_DOUBLE: result.Set("data", Napi::Float64Array::New(env, bytes / 8, buffer, 0)); break;
    case TF_INT32: result.Set("data", Napi::Int32Array::New(env, bytes / 4, buffer, 0)); break;
    case TF_INT64: result.Set("data", Napi::BigInt64Array::New(env, bytes / 8, buffer, 0)); break;
    case TF_UINT8: result.Set("data", Napi::Uint8Array::New(env, bytes, buffer, 0)); break;
    default: throw Napi::TypeError::New(env, "a fetched tensor is of a type that JavaScript has no array for");
  }
  return result;
}

class GraphSession;

// One TF_SessionRun off the main thread. It keeps its session referenced, so that neither is collected while it runs.
class RunWorker : public Napi::AsyncWorker {
 public:
  RunWorker(Napi::Env env, TF_Session* session, Napi::ObjectReference owner)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), session_(session),
        owner_(std::move(owner)) {}

  void Feed(TF_Output at, Tensor value) {
    feeds_.push_back(at);
    feedValues_.push_back(std::move(value));
  }
  void Fetch(TF_Output at) { fetches_.push_back(at); }
  void Target(TF_Operation* operation) { targets_.push_back(operation); }
  Napi::Promise Promise() const { return deferred_.Promise(); }

  void Execute() override {
    Status status = NewStatus();
    std::vector<TF_Tensor*> inputs;
    for (const Tensor& value : feedValues_) inputs.push_back(value.get());
    std::vector<TF_Tensor*> outputs(fetches_.size(), nullptr);
    TF_SessionRun(session_, nullptr, feeds_.data(), inputs.data(), static_cast<int>(feeds_.size()), fetches_.data(),
                  outputs.data(), static_cast<int>(fetches_.size()), targets_.data(),
                  static_cast<int>(targets_.size()), nullptr, status.get());
    for (TF_Tensor* output : outputs) results_.emplace_back(output);
    if (TF_GetCode(status.get()) != TF_OK) SetError(TF_Message(status.get()));
  }

  void OnOK() override {
    Napi::HandleScope scope(Env());
    try {
      auto results = Napi::Array::New(Env(), results_.size());
      for (uint32_t i = 0; i < results_.size(); i++) results.Set(i, ToJavaScript(Env(), results_[i].get()));
      deferred_.Resolve(results);
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred deferred_;
  TF_Session* session_;
  Napi::ObjectReference owner_;
  std::vector<TF_Output> feeds_;
  std::vector<Tensor> feedValues_;
  std::vector<TF_Output> fetches_;
  std::vector<TF_Operation*> targets_;
  std::vector<Tensor> results_;
};

class GraphSession : public Napi::ObjectWrap<GraphSession> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "GraphSession",
                       {InstanceMethod("addOperation", &GraphSession::AddOperation),
                        InstanceMethod("addGradients", &GraphSession::AddGradients),
                        InstanceMethod("run", &GraphSession::Run), InstanceMethod("devices", &GraphSession::Devices),
                        InstanceMethod("close", &GraphSession::Close)});
  }

  explicit GraphSession(const Napi::CallbackInfo& info) : Napi::ObjectWrap<GraphSession>(info) {
    graph_ = TF_NewGraph();
    TF_SessionOptions* options = TF_NewSessionOptions();
    Status status = NewStatus();
    if (info.Length() > 0 && info[0].IsTypedArray()) {
      const auto config = info[0].As<Napi::Uint8Array>();
      TF_SetConfig(options, config.Data(), config.ByteLength(), status.get());
    }
    if (TF_GetCode(status.get()) == TF_OK) session_ = TF_NewSession(graph_, options, status.get());
    TF_DeleteSessionOptions(options);
    ThrowIfFailed(info.Env(), status.get(), "opening a TensorFlow session");
  }

  ~GraphSession() override { Release(); }

 private:
  TF_Operation* OperationNamed(Napi::Env env, const std::string& name) {
    TF_Operation* operation = TF_GraphOperationByName(graph_, name.c_str());
    if (operation == nullptr) throw Napi::Error::New(env, "the graph has no operation '" + name + "'");
    return operation;
  }

  // "name" or "name:index"
  TF_Output OutputNamed(Napi::Env env, const std::string& name) {
    const size_t colon = name.rfind(':');
    if (colon == std::string::npos) return {OperationNamed(env, name), 0};
    return {OperationNamed(env, name.substr(0, colon)), std::stoi(name.substr(colon + 1))};
  }

  std::vector<TF_Output> OutputsNamed(Napi::Env env, const Napi::Array& names) {
    std::vector<TF_Output> outputs;
    for (uint32_t i = 0; i < names.Length(); i++) {
      outputs.push_back(OutputNamed(env, names.Get(i).As<Napi::String>()));
    }
    return outputs;
  }

  void SetAttribute(Napi::Env env, TF_OperationDescription* description, const std::string& name,
                    const Napi::Object& value) {
    const char* key = name.c_str();
    if (value.Has("dtype")) {
      TF_SetAttrType(description, key, DataTypeOf(env, value.Get("dtype").As<Napi::String>()));
    } else if (value.Has("int")) {
      TF_SetAttrInt(description, key, value.Get("int").As<Napi::Number>().Int64Value());
    } else if (value.Has("ints")) {
      const std::vector<int64_t> values = ShapeOf(value.Get("ints").As<Napi::Array>());
      TF_SetAttrIntList(description, key, values.data(), static_cast<int>(values.size()));
    } else if (value.Has("float")) {
      TF_SetAttrFloat(description, key, value.Get("float").As<Napi::Number>().FloatValue());
    } else if (value.Has("bool")) {
      TF_SetAttrBool(description, key, value.Get("bool").As<Napi::Boolean>().Value());
    } else if (value.Has("string")) {
      const std::string text = value.Get("string").As<Napi::String>();
      TF_SetAttrString(description, key, text.data(), text.size());
    } else if (value.Has("shape")) {
      const std::vector<int64_t> shape = ShapeOf(value.Get("shape").As<Napi::Array>());
      TF_SetAttrShape(description, key, shape.data(), static_cast<int>(shape.size()));
    } else if (value.Has("tensor")) {
      const Tensor tensor = TensorFrom(env, value.Get("tensor").As<Napi::Object>());
      Status status = NewStatus();
      TF_SetAttrTensor(description, key, tensor.get(), status.get());
      ThrowIfFailed(env, status.get(), "attribute " + name);
    } else {
      throw Napi::TypeError::New(env, "attribute '" + name +
                                          "' is none of dtype, int, ints, float, bool, string, shape, tensor");
    }
  }

  // addOperation(type, name, inputs, attributes, after): an input that is itself an array is a list input; `after` names
  // operations that must have run before.
  Napi::Value AddOperation(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const std::string type = info[0].As<Napi::String>();
    const std::string name = info[1].As<Napi::String>();
    const auto inputs = info[2].As<Napi::Array>();
    const auto attributes = info[3].As<Napi::Object>();
    // Names are resolved before the description is begun: one that is begun and not finished would leak.
    std::vector<std::vector<TF_Output>> resolved;
    for (uint32_t i = 0; i < inputs.Length(); i++) {
      const Napi::Value input = inputs.Get(i);
      resolved.push_back(input.IsArray() ? OutputsNamed(env, input.As<Napi::Array>())
                                         : std::vector<TF_Output>{OutputNamed(env, input.As<Napi::String>())});
    }
    std::vector<TF_Operation*> before;
    const auto after = info[4].As<Napi::Array>();
    for (uint32_t i = 0; i < after.Length(); i++) {
      before.push_back(OutputNamed(env, after.Get(i).As<Napi::String>()).oper);
    }
    TF_OperationDescription* description = TF_NewOperation(graph_, type.c_str(), name.c_str());
    for (TF_Operation* operation : before) TF_AddControlInput(description, operation);
    for (uint32_t i = 0; i < inputs.Length(); i++) {
      if (inputs.Get(i).IsArray()) {
        TF_AddInputList(description, resolved[i].data(), static_cast<int>(resolved[i].size()));
      } else {
        TF_AddInput(description, resolved[i][0]);
      }
    }
    const Napi::Array names = attributes.GetPropertyNames();
    for (uint32_t i = 0; i < names.Length(); i++) {
      const std::string attribute = names.Get(i).As<Napi::String>();
      SetAttribute(env, description, attribute, attributes.Get(attribute).As<Napi::Object>());
    }
    Status status = NewStatus();
    TF_FinishOperation(description, status.get());
    ThrowIfFailed(env, status.get(), type + " '" + name + "'");
    return info[1];
  }

  // addGradients(ofSum, withRespectTo) -> the gradients' output names, in the order asked.
  Napi::Value AddGradients(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    std::vector<TF_Output> of = OutputsNamed(env, info[0].As<Napi::Array>());
    std::vector<TF_Output> withRespectTo = OutputsNamed(env, info[1].As<Napi::Array>());
    std::vector<TF_Output> gradients(withRespectTo.size());
    Status status = NewStatus();
    TF_AddGradients(graph_, of.data(), static_cast<int>(of.size()), withRespectTo.data(),
                    static_cast<int>(withRespectTo.size()), nullptr, status.get(), gradients.data());
    ThrowIfFailed(env, status.get(), "differentiating the graph");
    auto names = Napi::Array::New(env, gradients.size());
    for (uint32_t i = 0; i < gradients.size(); i++) {
      names.Set(i, std::string(TF_OperationName(gradients[i].oper)) + ":" + std::to_string(gradients[i].index));
    }
    return names;
  }

  // run({ name: tensor }, fetches, targets) -> Promise of the fetched tensors.
  Napi::Value Run(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (session_ == nullptr) throw Napi::Error::New(env, "this TensorFlow session is closed");
    auto worker = std::make_unique<RunWorker>(env, session_, Napi::Persistent(info.This().As<Napi::Object>()));
    const auto feeds = info[0].As<Napi::Object>();
    const Napi::Array names = feeds.GetPropertyNames();
    for (uint32_t i = 0; i < names.Length(); i++) {
      const std::string name = names.Get(i).As<Napi::String>();
      worker->Feed(OutputNamed(env, name), TensorFrom(env, feeds.Get(name).As<Napi::Object>()));
    }
    for (const TF_Output& fetch : OutputsNamed(env, info[1].As<Napi::Array>())) worker->Fetch(fetch);
    const auto targets = info[2].As<Napi::Array>();
    for (uint32_t i = 0; i < targets.Length(); i++) {
      worker->Target(OperationNamed(env, targets.Get(i).As<Napi::String>()));
    }
    const Napi::Promise promise = worker->Promise();
    worker.release()->Queue();  // An AsyncWorker deletes itself when it is done.
    return promise;
  }

  // devices() -> [{ name, type }], such as "/job:localhost/replica:0/task:0/device:GPU:0" and "GPU".
  Napi::Value Devices(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Status status = NewStatus();
    TF_DeviceList* list = TF_SessionListDevices(session_, status.get());
    ThrowIfFailed(env, status.get(), "listing TensorFlow's devices");
    auto devices = Napi::Array::New(env);
    for (int i = 0; i < TF_DeviceListCount(list); i++) {
      auto device = Napi::Object::New(env);
      device.Set("name", TF_DeviceListName(list, i, status.get()));
      device.Set("type", TF_DeviceListType(list, i, status.get()));
      devices.Set(static_cast<uint32_t>(i), device);
    }
    TF_DeleteDeviceList(list);
    return devices;
  }

  Napi::Value Close(const Napi::CallbackInfo& info) {
    Release();
    return info.Env().Undefined();
  }

  void Release() {
    Status status = NewStatus();
    if (session_ != nullptr) {
      TF_CloseSession(session_, status.get());
      TF_DeleteSession(session_, status.get());
      session_ = nullptr;
    }
    if (graph_ != nullptr) {
      TF_DeleteGraph(graph_);
      graph_ = nullptr;
    }
  }

  TF_Graph* graph_ = nullptr;
  TF_Session* session_ = nullptr;
};

Napi::Object Initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("GraphSession", GraphSession::Define(env));
  exports.Set("tensorflowVersion", TF_Version());
  return exports;
}

NODE_API_MODULE(graph_session, Initialise)

}  // namespace
