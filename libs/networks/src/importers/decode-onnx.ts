import onnxProto from 'onnx-proto';
import { NetworkError } from '../network.js';

/** @throws NetworkError when the bytes are not an ONNX model, or are cut off */
export function decodeOnnx(bytes: Uint8Array, name: string): onnxProto.onnx.IGraphProto {
  let model: onnxProto.onnx.ModelProto;
  try {
    model = onnxProto.onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new NetworkError(
      `${name} is not an ONNX file, or it is cut off (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const { graph } = model;
  if (!graph?.node?.length) throw new NetworkError(`${name} is not an ONNX model: it has no graph with nodes`);
  return graph;
}
