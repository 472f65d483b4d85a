//! A trained network, run on the processor.

use rten::{Model, ModelOptions, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::error::DetectError;
use super::models::KnownModel;

/// A network that takes a picture and gives maps of numbers.
pub struct Network {
    /// Which one it is.
    pub known: KnownModel,
    model: Model,
}

/// One of its answers: numbers for every cell of a grid laid over the picture.
pub struct Map {
    /// Rows of cells.
    pub height: usize,
    /// Cells of a row.
    pub width: usize,
    values: Vec<f32>,
}

impl Map {
    /// From numbers channel by channel, row by row.
    #[cfg(test)]
    pub fn new(height: usize, width: usize, values: Vec<f32>) -> Self {
        Self { height, width, values }
    }

    /// All cells of one channel, row by row; none where there is no such channel.
    pub fn channel(&self, channel: usize) -> &[f32] {
        let size = self.height * self.width;
        self.values.get(channel * size..(channel + 1) * size).unwrap_or_default()
    }
}

impl Network {
    /// Takes a model's file apart.
    pub fn load(known: KnownModel, bytes: Vec<u8>) -> Result<Self, DetectError> {
        // Only what the known models need: the rest of the library is left out of the program.
        let operators = op_registry!(
            Add,
            BatchNormalization,
            Clip,
            Concat,
            Conv,
            ConvTranspose,
            Div,
            GlobalAveragePool,
            HardSigmoid,
            Mul,
            Relu,
            Resize,
            Sigmoid
        );
        let model = ModelOptions::with_ops(operators)
            .load(bytes)
            .map_err(|error| unusable(known, &error.to_string()))?;
        Ok(Self { known, model })
    }

    /// What it says to a picture of three colours, one after the other, row by row.
    pub fn run(
        &self,
        picture: Vec<f32>,
        [height, width]: [usize; 2],
    ) -> Result<Vec<Map>, DetectError> {
        let wrong = |reason: &str| unusable(self.known, reason);
        if picture.len() != 3 * height * width {
            return Err(wrong("the picture has another size"));
        }
        let input = NdTensor::from_data([1, 3, height, width], picture);
        let &node = self.model.input_ids().first().ok_or_else(|| wrong("it takes nothing"))?;
        let answers = self
            .model
            .run(vec![(node, input.into())], self.model.output_ids(), None)
            .map_err(|error| wrong(&error.to_string()))?;
        answers
            .into_iter()
            .map(|answer| {
                let map: NdTensor<f32, 4> =
                    answer.try_into().map_err(|_| wrong("its answer is no map"))?;
                let [_, _, height, width] = map.shape();
                Ok(Map { height, width, values: map.into_data() })
            })
            .collect()
    }
}

fn unusable(known: KnownModel, reason: &str) -> DetectError {
    DetectError::Model { model: known.name, reason: reason.chars().take(200).collect() }
}
