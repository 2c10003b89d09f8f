import numpy as np

CHANNELS = {28: 1, 32: 3}


def load_images(folder, height):
    images = np.fromfile(f"{folder}/images-{height}.bin", dtype="uint8")
    return images.reshape(-1, height, height, CHANNELS[height]).astype("float32") / 255
