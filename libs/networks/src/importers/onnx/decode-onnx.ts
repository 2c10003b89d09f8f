import onnxProto from 'onnx-proto';
import { NetworkError } from '../../graph/network.js';

export interface DecodedOnnx {
  readonly graph: onnxProto.onnx.IGraphProto;
  /**
   * The version of ONNX's own operators: what an attribute means when it is left out depends on it.
   */
  readonly opset: number;
}

/** @throws NetworkError when the bytes are not an ONNX model, or are cut off */
export function decodeOnnx(bytes: Uint8Array, name: string): DecodedOnnx {
  let model: onnxProto.onnx.ModelProto;
  try {
    model = onnxProto.onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new NetworkError(
      `${name} is not an ONNX file, or it is cut off (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const { graph, opsetImport } = model;
  if (!graph?.node?.length) throw new NetworkError(`${name} is not an ONNX model: it has no graph with nodes`);
  const own = opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx');
  return { graph, opset: Number(own?.version ?? 1) };
}
